//! What differs between operating systems, behind one set of functions.
//!
//! * [`folders`]: where a volunteer's data, settings and cache live.
//! * [`priority`]: stepping back behind whatever the person at the machine is doing.
//! * [`saver`]: how screensaver hosts call a saver; [`xscreensaver`]: the list in which one of them is told of it;
//!   [`control_panel`]: where Windows keeps which one was chosen.
//! * [`display`]: whether there is a display to open a window on.
//! * [`single`]: one agent per session, and where the others reach it; [`children`]: the processes that it starts.
//! * [`idle`]: whether somebody is at the machine.
//! * [`desktop`]: full screen, inhibitions, the lock, sleep.
//! * [`mod@power`]: mains or battery.
//! * [`load`]: how busy other programs keep the processor; [`programs`]: which of some run.
//! * [`temperature`]: the hottest sensor.
//! * [`disk`]: free space; [`mod@network`]: none, metered or free.
//!
//! This room knows no GPU API, no network and nothing of the coordinator. What it reads from the
//! environment goes through an [`Environment`] argument, so that every rule is tested without
//! touching the process's own variables; what it reads from `/proc` and `/sys` is below a folder
//! that the caller names. An answer that cannot be had is [`Unknown`], with the reason.

pub mod folders;
pub mod priority;

pub mod display;
mod environment;
pub mod saver;
pub mod xscreensaver;

pub mod control_panel;

pub mod children;
pub mod single;

pub mod desktop;
pub mod idle;
pub mod power;

pub mod disk;
pub mod load;
pub mod network;
pub mod programs;
pub mod temperature;

mod bounded;
#[cfg(target_os = "linux")]
mod bus;
#[cfg(unix)]
mod readiness;
#[cfg(unix)]
mod runtime_folder;
mod unknown;
#[cfg(target_os = "linux")]
mod x11;

pub use disk::free_bytes;
pub use display::display_present;
pub use environment::Environment;
pub use folders::{Folders, NoHome};
pub use load::CpuLoad;
pub use network::{Network, network, network_now};
pub use power::{Power, PowerSource, power, power_now};
pub use priority::lower_priority;
pub use programs::{running_now, running_programs};
pub use saver::{NoWindowId, SaverCall, saver_call, window_id};
pub use temperature::{Temperature, hottest, hottest_now};
pub use unknown::Unknown;
