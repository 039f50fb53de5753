//! KWin, without a screen.

use std::sync::Mutex;

use woolgather_platform::Environment;

use super::{Desktop, environment_of};

/// The letter A, as Linux numbers keys.
const KEY_A: u32 = 30;

/// A running KWin, with a hand on its keyboard.
pub(crate) struct Kwin(Mutex<woolgather_screens::Kwin>);

impl Kwin {
    pub(crate) fn start() -> Self {
        Self(Mutex::new(woolgather_screens::Kwin::start(1, (640, 480))))
    }
}

impl Desktop for Kwin {
    fn environment(&self) -> Environment {
        environment_of(
            &self
                .0
                .lock()
                .expect("nobody panicked with it")
                .environment(),
        )
    }

    fn touch(&self) {
        self.0.lock().expect("nobody panicked with it").press(KEY_A);
    }
}
