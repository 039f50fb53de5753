//! Desktops without a screen, each with somebody who can touch it.

mod bus;
mod kwin;
mod mutter;
mod screen;
mod sway;

use woolgather_platform::Environment;

pub(crate) use bus::PrivateBus;
pub(crate) use kwin::Kwin;
pub(crate) use mutter::Mutter;
pub(crate) use screen::Screen;
pub(crate) use sway::Sway;

/// A desktop as a test of idleness needs it.
pub(crate) trait Desktop {
    /// What a program started on it finds in its environment.
    fn environment(&self) -> Environment;

    /// Its user does something.
    fn touch(&self);
}
