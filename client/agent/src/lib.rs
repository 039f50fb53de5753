//! What the desktop agent decides, and the one sentence that says why.
//!
//! * [`settings`]: what the person chose, and the file that holds it; [`schedule`]: when.
//!
//! This room is pure: it has no clock, files, threads, windows or network.

pub mod settings;

pub mod schedule;

pub use schedule::{LocalTime, Schedule, Weekday};
pub use settings::{CardUse, Consent, RenderWhen, Settings};
