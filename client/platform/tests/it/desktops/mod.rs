//! Desktops without a screen, each with somebody who can touch it.

mod bus;
mod kwin;
mod mutter;
mod screen;
mod sway;

use std::ffi::OsString;

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

/// What a program finds that is given these variables and no others.
fn environment_of(variables: &[(&'static str, OsString)]) -> Environment {
    let pairs: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.to_str().expect("an ordinary name")))
        .collect();
    Environment::from_pairs(None, &pairs)
}
