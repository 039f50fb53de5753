//! An X server without a screen.

use std::process::Command;

use woolgather_platform::Environment;

use super::Desktop;
use crate::machine::run;

/// A running Xvfb on a display nobody else has.
pub(crate) struct Screen(woolgather_screens::Screen);

impl Screen {
    pub(crate) fn start() -> Self {
        Self(woolgather_screens::Screen::start())
    }

    pub(crate) fn display(&self) -> &str {
        self.0.display()
    }

    /// Stops the server in its tracks, or lets it go on.
    pub(crate) fn signal(&self, name: &str) {
        run(Command::new("kill").args([name, &self.0.pid().to_string()]));
    }
}

impl Desktop for Screen {
    fn environment(&self) -> Environment {
        Environment::from_pairs(None, &[("DISPLAY", self.display())])
    }

    fn touch(&self) {
        self.0.press("a");
    }
}
