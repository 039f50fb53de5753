//! An X server without a screen.

use std::process::Command;

use woolgather_platform::Environment;

use super::Desktop;
use crate::machine::{Running, run};

/// A running Xvfb on a display nobody else has.
pub(crate) struct Screen {
    server: Running,
    pub(crate) display: String,
}

impl Screen {
    pub(crate) fn start() -> Self {
        // The server chooses a free display by itself and names it on its standard output.
        let (server, number) = Running::start_and_hear(Command::new("Xvfb").args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "640x480x24",
            "-nolisten",
            "tcp",
        ]));
        Self {
            server,
            display: format!(":{number}"),
        }
    }

    /// Stops the server in its tracks, or lets it go on.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.server.pid().to_string();
        run(Command::new("kill").args([name, &pid]));
    }
}

impl Desktop for Screen {
    fn environment(&self) -> Environment {
        Environment::from_pairs(None, &[("DISPLAY", &self.display)])
    }

    fn touch(&self) {
        run(Command::new("xdotool")
            .args(["key", "a"])
            .env("DISPLAY", &self.display));
    }
}
