//! A disk that fails, for tests: what it is told to do, what it remembers, and what is left after a power cut.
//!
//! A program runs with the library `woolgather-bad-disk-preload`, which stands between it and the system's
//! calls. For one folder the library plays the disk: it fails as its [`Control`] says, and it writes every
//! change that was not forced to disk yet to a [`journal`](Journal). Whoever has started the program may end
//! it (`kill -9`) and then [`cut_power`]: the folder becomes what a power cut could have left.
//!
//! ```text
//! program --write, fsync, rename--> preload --> the folder
//!                                     |  ^
//!                             journal v  | control        (in the desk's folder)
//!                                   cut_power
//! ```
//!
//! # What a power cut leaves
//!
//! * Of each write since the file's last successful `fsync`: all, nothing, or some of its blocks of 512 bytes
//!   or 4 KiB.
//! * Of each creation, renaming and removal since the last `fsync` of its folder: it has happened or it has not,
//!   whatever came before or after it. A folder whose own name is lost takes along everything in it.
//!
//! That is less than most file systems promise, and what POSIX does.
//!
//! # In reading order
//!
//! [`Desk`]: where everything lies. [`Control`]: how the disk feels. [`Journal`], [`Record`]: what was done.
//! [`survivors`]: what is left of one file. [`cut_power`].

mod control;
mod desk;
mod journal;
mod loss;
mod power_cut;

pub use control::Control;
pub use desk::{DESK_VARIABLE, Desk, FOLDER_VARIABLE};
pub use journal::{Change, Failure, Journal, NameChange, Record};
pub use loss::{Patch, survivors};
pub use power_cut::{CutReport, cut_power};
