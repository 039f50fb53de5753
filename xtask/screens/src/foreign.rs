//! A window as a screensaver's host gives it.

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

/// A window of the test's: mapped, black, in the corner of the screen or of another window.
#[derive(Debug)]
pub struct ForeignWindow {
    connection: RustConnection,
    window: Window,
}

impl ForeignWindow {
    /// One that lies over the whole display's corner, as a saver's does.
    ///
    /// # Panics
    ///
    /// Where the display refuses.
    #[must_use]
    pub fn open(display: &str, size: (u16, u16)) -> Self {
        let (connection, screen) = x11rb::connect(Some(display)).expect("the display listens");
        let root = connection.setup().roots[screen].root;
        let window = black(&connection, screen, root, size);
        Self { connection, window }
    }

    /// One in another window, which is twice its size and the preview's frame.
    ///
    /// # Panics
    ///
    /// Where the display refuses.
    #[must_use]
    pub fn within_another(display: &str, (width, height): (u16, u16)) -> Self {
        let (connection, screen) = x11rb::connect(Some(display)).expect("the display listens");
        let root = connection.setup().roots[screen].root;
        let frame = black(&connection, screen, root, (2 * width, 2 * height));
        let window = black(&connection, screen, frame, (width, height));
        Self { connection, window }
    }

    /// Its id, as hosts write it.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{:#X}", self.window)
    }

    /// Gives it another size.
    ///
    /// # Panics
    ///
    /// Where the display is gone.
    pub fn resize(&self, (width, height): (u32, u32)) {
        let size = ConfigureWindowAux::new().width(width).height(height);
        let asked = self.connection.configure_window(self.window, &size);
        asked.expect("the display listens");
        self.connection.flush().expect("the display listens");
    }

    /// Takes it away, and keeps the connection.
    ///
    /// # Panics
    ///
    /// Where the display is gone.
    pub fn destroy(&self) {
        let asked = self.connection.destroy_window(self.window);
        asked.expect("the display listens");
        self.connection.flush().expect("the display listens");
    }
}

fn black(
    connection: &RustConnection,
    screen: usize,
    parent: Window,
    (width, height): (u16, u16),
) -> Window {
    let window = connection.generate_id().expect("ids are left");
    let look = CreateWindowAux::new()
        .background_pixel(connection.setup().roots[screen].black_pixel)
        .override_redirect(1);
    connection
        .create_window(
            x11rb::COPY_DEPTH_FROM_PARENT,
            window,
            parent,
            0,
            0,
            width,
            height,
            0,
            WindowClass::INPUT_OUTPUT,
            x11rb::COPY_FROM_PARENT,
            &look,
        )
        .expect("the display listens");
    connection.map_window(window).expect("the display listens");
    connection.flush().expect("the display listens");
    window
}
