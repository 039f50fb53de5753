//! Systems whose desktops this build does not ask yet: everything is unknown, nothing happens.

use std::time::Duration;

use super::{Inhibitions, SleepEvent};
use crate::{Environment, Unknown};

fn not_asked() -> Unknown {
    Unknown("this build asks only Linux desktops and Windows so far".to_owned())
}

/// Would know which window is in front.
pub struct Front(());

impl Front {
    /// Says that it is not known here.
    ///
    /// # Errors
    ///
    /// Always [`Unknown`].
    pub fn open(_environment: &Environment) -> Result<Self, Unknown> {
        Err(not_asked())
    }

    /// Says that it is not known here.
    ///
    /// # Errors
    ///
    /// Always [`Unknown`].
    pub fn full_screen(&self, _own: &[u32]) -> Result<bool, Unknown> {
        Err(not_asked())
    }
}

/// Nobody can be asked here.
#[must_use]
pub fn inhibitions(_environment: &Environment) -> Inhibitions {
    Inhibitions {
        held: Vec::new(),
        unknown: vec![not_asked()],
    }
}

/// Says that it is not known here.
///
/// # Errors
///
/// Always [`Unknown`].
pub fn locked(_environment: &Environment) -> Result<bool, Unknown> {
    Err(not_asked())
}

/// Would tell when the machine sleeps.
pub struct SleepWatch(Unknown);

impl SleepWatch {
    /// Begins to watch nothing.
    #[must_use]
    pub fn open(_environment: &Environment) -> Self {
        Self(not_asked())
    }

    /// Why nothing is announced.
    #[must_use]
    pub fn unannounced(&self) -> Option<&Unknown> {
        Some(&self.0)
    }

    /// Waits for `timeout`; nothing happens.
    pub fn wait(&mut self, timeout: Duration) -> Option<SleepEvent> {
        std::thread::sleep(timeout);
        None
    }
}
