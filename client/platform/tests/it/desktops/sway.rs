//! sway, without a screen and without devices.

use woolgather_platform::Environment;

use super::{Desktop, environment_of};

/// A running sway.
pub(crate) struct Sway(woolgather_screens::Desktop);

impl Sway {
    pub(crate) fn start() -> Self {
        Self(woolgather_screens::Desktop::start(&[(640, 480)]))
    }

    /// Types a letter, which is a keyboard that comes and goes.
    pub(crate) fn type_letter(&self) {
        self.0.press("a");
    }
}

impl Desktop for Sway {
    fn environment(&self) -> Environment {
        environment_of(&self.0.environment())
    }

    fn touch(&self) {
        self.0.mouse().shove(30.0, 5.0);
    }
}
