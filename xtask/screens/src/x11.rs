//! An X server without a screen, and what a person would do in front of it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use image::RgbImage;

use crate::picture::shot_of;

/// The line that brings every program these tests start.
const INSTALL: &str = "apt-get install -y --no-install-recommends xvfb xdotool imagemagick \
     libvulkan1 mesa-vulkan-drivers libegl1 libxkbcommon-x11-0 libxcursor1 libxi6 libx11-xcb1";

/// A running Xvfb on a display nobody else has.
#[derive(Debug)]
pub struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    /// Starts one of 800x600 pixels.
    ///
    /// # Panics
    ///
    /// Where Xvfb is missing.
    #[must_use]
    pub fn start() -> Self {
        Self::of_size(800, 600)
    }

    /// Starts one of another size.
    ///
    /// # Panics
    ///
    /// Where Xvfb is missing.
    #[must_use]
    pub fn of_size(width: u32, height: u32) -> Self {
        // The server chooses a free display by itself and names it on its standard output.
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                &format!("{width}x{height}x24"),
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("Xvfb: {error}; {INSTALL}"));
        let mut number = String::new();
        let output = server.stdout.take().expect("it was asked for");
        BufReader::new(output)
            .read_line(&mut number)
            .expect("Xvfb names its display");
        Self {
            server,
            display: format!(":{}", number.trim()),
        }
    }

    /// Its name, for `DISPLAY`.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// The server's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// Runs one of the helper programs on this display.
    ///
    /// # Panics
    ///
    /// Where it is missing.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Output {
        Command::new(program)
            .args(arguments)
            .env("DISPLAY", &self.display)
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}; {INSTALL}"))
    }

    /// Gives the keyboard to a window of this title, once there is one: without a window manager nobody else does.
    ///
    /// # Panics
    ///
    /// Where xdotool is missing or fails.
    pub fn focus(&self, title: &str) {
        let focus = ["search", "--sync", "--name", title, "windowfocus", "--sync"];
        let focus = self.run("xdotool", &focus);
        assert!(focus.status.success(), "{title}: {focus:?}");
    }

    /// Presses and releases a key, by its X name.
    ///
    /// # Panics
    ///
    /// Where xdotool is missing or fails.
    pub fn press(&self, key: &str) {
        assert!(self.run("xdotool", &["key", key]).status.success(), "{key}");
    }

    /// The colour of one pixel, red, green, blue.
    ///
    /// # Panics
    ///
    /// Where ImageMagick is missing, or the pixel is not on the screen.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 3] {
        let crop = format!("1x1+{x}+{y}");
        let shot = self.run(
            "import",
            &["-window", "root", "-crop", &crop, "-depth", "8", "rgb:-"],
        );
        <[u8; 3]>::try_from(shot.stdout.as_slice()).expect("one pixel of three bytes")
    }

    /// All that it shows.
    ///
    /// # Panics
    ///
    /// Where the server has ended.
    #[must_use]
    pub fn shot(&self) -> RgbImage {
        shot_of(&self.display)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing left to do.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
