//! A mouse for compositors of the wlroots family (`wlr-virtual-pointer-unstable-v1`).

use std::os::unix::net::UnixStream;
use std::path::Path;

use wayland_client::globals::registry_queue_init;
use wayland_client::protocol::wl_pointer::ButtonState;
use wayland_client::{Connection, EventQueue, delegate_noop};
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_manager_v1::ZwlrVirtualPointerManagerV1;
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_v1::ZwlrVirtualPointerV1;

use crate::unheard::Unheard;

/// `BTN_LEFT` of Linux's input event codes.
const BUTTON_LEFT: u32 = 0x110;

/// A mouse that is plugged in until it is dropped.
pub struct Mouse {
    queue: EventQueue<Unheard>,
    pointer: ZwlrVirtualPointerV1,
}

impl std::fmt::Debug for Mouse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mouse").finish_non_exhaustive()
    }
}

impl Mouse {
    pub(crate) fn plug_in(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).expect("the compositor listens");
        let connection = Connection::from_socket(stream).expect("it speaks Wayland");
        let (globals, queue) = registry_queue_init::<Unheard>(&connection).expect("it answers");
        let manager: ZwlrVirtualPointerManagerV1 = globals
            .bind(&queue.handle(), 1..=1, ())
            .expect("it knows virtual pointers");
        let pointer = manager.create_virtual_pointer(None, &queue.handle(), ());
        let mut mouse = Self { queue, pointer };
        mouse.send();
        mouse
    }

    /// Moves it, in pixels.
    ///
    /// # Panics
    ///
    /// Where the compositor has ended.
    pub fn shove(&mut self, right: f64, down: f64) {
        self.pointer.motion(0, right, down);
        self.pointer.frame();
        self.send();
    }

    /// Presses its left button and lets go.
    ///
    /// # Panics
    ///
    /// Where the compositor has ended.
    pub fn click(&mut self) {
        for state in [ButtonState::Pressed, ButtonState::Released] {
            self.pointer.button(0, BUTTON_LEFT, state);
            self.pointer.frame();
        }
        self.send();
    }

    fn send(&mut self) {
        self.queue
            .roundtrip(&mut Unheard)
            .expect("the compositor runs");
    }
}

delegate_noop!(Unheard: ZwlrVirtualPointerManagerV1);
delegate_noop!(Unheard: ZwlrVirtualPointerV1);
