//! Two monitors side by side, which Xvfb alone does not have: Xephyr in one of its screens.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::picture::Area;
use crate::x11::Screen;

/// The line that brings it.
const INSTALL: &str = "apt-get install -y --no-install-recommends xserver-xephyr";
/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(40);

/// An X display of two monitors.
#[derive(Debug)]
pub struct TwoMonitors {
    // The inner server goes before the one whose screen it draws in.
    server: Child,
    display: String,
    _outer: Screen,
}

impl TwoMonitors {
    /// What each of them shows of the display.
    pub const EACH: [Area; 2] = [[0, 0, 800, 600], [800, 0, 640, 480]];

    /// Starts them.
    ///
    /// # Panics
    ///
    /// Where Xvfb or Xephyr is missing.
    #[must_use]
    pub fn start() -> Self {
        let outer = Screen::of_size(1440, 700);
        let display = format!(":{}", 200 + std::process::id() % 700);
        let mut command = Command::new("Xephyr");
        command.args([&display, "+xinerama", "-nolisten", "tcp"]);
        for [x, y, width, height] in Self::EACH {
            command.args(["-origin", &format!("{x},{y}")]);
            command.args(["-screen", &format!("{width}x{height}")]);
        }
        let server = command
            .env("DISPLAY", outer.display())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("Xephyr: {error}; {INSTALL}"));
        let start = Instant::now();
        while x11rb::connect(Some(&display)).is_err() {
            assert!(start.elapsed() < PATIENCE, "Xephyr does not listen");
            std::thread::sleep(Duration::from_millis(25));
        }
        Self {
            server,
            display,
            _outer: outer,
        }
    }

    /// The display's name, for `DISPLAY`.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }
}

impl Drop for TwoMonitors {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing left to do.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
