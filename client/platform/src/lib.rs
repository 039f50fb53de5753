//! What differs between operating systems, behind one set of functions.
//!
//! * [`folders`]: where a volunteer's data, settings and cache live.
//! * [`priority`]: stepping back behind whatever the person at the machine is doing.
//! * [`saver`]: how screensaver hosts call a saver.
//! * [`display`]: whether there is a display to open a window on.
//!
//! This room knows no GPU API, no network and nothing of the coordinator. What it reads from the
//! environment goes through an [`Environment`] argument, so that every rule is tested without
//! touching the process's own variables.

pub mod folders;
pub mod priority;

pub mod display;
mod environment;
pub mod saver;

pub use display::display_present;
pub use environment::Environment;
pub use folders::{Folders, NoHome};
pub use priority::{Priority, lower_priority};
pub use saver::{NoWindowId, SaverCall, saver_call, window_id};
