//! Screens that nobody sees, for tests: an X server ([`Screen`]) and Wayland desktops ([`Desktop`], [`Kwin`]), and what a
//! person would do in front of them.
//!
//! A program that is missing panics with the line that installs it: a test that cannot look has not passed.

mod kwin;
mod mouse;
mod unheard;
mod wayland;
mod x11;

pub use kwin::Kwin;
pub use mouse::Mouse;
pub use wayland::{BAR, Desktop};
pub use x11::Screen;

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Who programs run as that refuse to be root.
pub const NOBODY: u32 = 65_534;

/// The command of `program`, run by an ordinary user: by [`NOBODY`] where we are root.
#[must_use]
pub fn as_ordinary_user(program: &str) -> Command {
    let mut command = Command::new(program);
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Whether these tests run as root.
#[must_use]
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Gives a folder or file to the user of [`as_ordinary_user`].
///
/// # Panics
///
/// Where it is not there.
pub fn give_to_ordinary_user(path: &std::path::Path) {
    if is_root() {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).expect("root gives it away");
    }
}
