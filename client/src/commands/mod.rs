//! The commands, a file each, and what several of them share: reading ([`flames`]), writing
//! ([`output`]), a bar with the time left ([`progress`]), being asked to end ([`ending`]), Ctrl-C ([`interrupt`]) and what
//! goes wrong without stopping the rest ([`failures`]).

mod ending;
mod failures;
mod flames;
mod interrupt;
mod output;
mod progress;

pub(crate) use ending::end_with_standard_input;
use ending::stop_signal;
pub(crate) use failures::Said;

pub(crate) mod adapters;
pub(crate) mod agent;
pub(crate) mod animate;
pub(crate) mod breed;
pub(crate) mod compare;
pub(crate) mod config;
pub(crate) mod dist_files;
pub(crate) mod doctor;
pub(crate) mod genome;
#[cfg(not(windows))]
pub(crate) mod hack;
pub(crate) mod identity;
pub(crate) mod link;
pub(crate) mod play;
pub(crate) mod render;
#[cfg(windows)]
pub(crate) mod saver;
pub(crate) mod seen;
pub(crate) mod settings;
pub(crate) mod sync;
pub(crate) mod vote;
pub(crate) mod work;

/// A number from the operating system's randomness.
fn random() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_or(0, |()| u64::from_le_bytes(bytes))
}
