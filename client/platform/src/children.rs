//! Processes that this one starts, stops between two instructions, lets go on and ends.
//!
//! | | Unix | Windows |
//! |---|---|---|
//! | apart from us | a process group of its own | no console window, a process group of its own |
//! | stops, goes on | `SIGSTOP`, `SIGCONT` | every thread is suspended, and resumed |
//! | is asked to end | `SIGTERM` | by the end of its standard input alone |
//! | when we die | the system wakes whoever stood still and tells it to end | a job object ends it |

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{Hold, spawn_apart};
#[cfg(windows)]
pub use windows::{Hold, spawn_apart};
