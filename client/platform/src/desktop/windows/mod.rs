//! The desktop of Windows.

mod front;
mod session;
mod sleep;

pub use front::Front;
pub use session::{inhibitions, locked};
pub use sleep::SleepWatch;
