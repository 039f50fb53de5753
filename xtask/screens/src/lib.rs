//! Screens that nobody sees, for tests: X servers ([`Screen`], [`TwoMonitors`]) and Wayland desktops ([`Desktop`],
//! [`Kwin`]), what a person would do in front of them, and the hosts of savers that a [`Person`] may have
//! ([`XScreenSaver`], [`MateScreensaver`]); and the [`Panel`] of a session, with its bus.
//!
//! A program that is missing panics with the line that installs it: a test that cannot look has not passed.

mod foreign;
mod host;
mod kwin;
mod mate;
mod mouse;
mod panel;
mod person;
mod picture;
mod unheard;
mod wayland;
mod x11;
mod xephyr;
mod xscreensaver;

pub use foreign::ForeignWindow;
pub use kwin::Kwin;
pub use mate::MateScreensaver;
pub use mouse::Mouse;
pub use panel::{MenuLine, Panel, Pixmap, SessionBus};
pub use person::Person;
pub use picture::{Area, Motion, lit, motion, shot_of};
pub use wayland::{BAR, Desktop};
pub use x11::Screen;
pub use xephyr::TwoMonitors;
pub use xscreensaver::XScreenSaver;

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

/// A process that ends with this value.
#[derive(Debug)]
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing left to do.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

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

/// What `look` finds, as soon as it finds something.
fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(there) = look() {
            return there;
        }
        assert!(Instant::now() < until, "{what}: never");
        thread::sleep(Duration::from_millis(50));
    }
}
