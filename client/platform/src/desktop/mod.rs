//! What the desktop session is busy with: reasons not to start, or to stop.
//!
//! * [`Front::full_screen`]: does somebody watch a film or play a game?
//! * [`inhibitions`]: has a program asked that the screen stay on?
//! * [`locked`]: is the session locked?
//! * [`SleepWatch`]: is the machine about to sleep, or has it just woken?
//!
//! Each is optional: a desktop that does not say is [`Unknown`], after a bounded
//! time.

#[cfg(not(any(target_os = "linux", windows)))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod front;
#[cfg(target_os = "linux")]
mod inhibit;
#[cfg(target_os = "linux")]
mod lock;
#[cfg(target_os = "linux")]
mod sleep;
#[cfg(windows)]
mod windows;

use crate::Unknown;

#[cfg(not(any(target_os = "linux", windows)))]
pub use elsewhere::{Front, SleepWatch, inhibitions, locked};
#[cfg(target_os = "linux")]
pub use front::Front;
#[cfg(target_os = "linux")]
pub use inhibit::inhibitions;
#[cfg(target_os = "linux")]
pub use lock::locked;
#[cfg(target_os = "linux")]
pub use sleep::SleepWatch;
#[cfg(windows)]
pub use windows::{Front, SleepWatch, inhibitions, locked};

/// One who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inhibition {
    /// The program, or the service that would not name it.
    pub who: String,
    /// The reason it gave; may be empty.
    pub why: String,
}

/// All who asked, and who could not be asked about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inhibitions {
    /// Who asked.
    pub held: Vec<Inhibition>,
    /// Services that did not answer; most desktops have only some of them.
    pub unknown: Vec<Unknown>,
}

/// What happened since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SleepEvent {
    /// The machine is about to sleep. It does not wait for us, so no time is promised.
    GoingToSleep,
    /// The machine slept and is awake again. May be told twice, by logind and by the clocks.
    Woke,
}
