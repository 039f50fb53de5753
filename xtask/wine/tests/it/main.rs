//! Woolgather as a screensaver of Windows, under wine: installed, shown, previewed, set. `cargo xtask test windows` runs
//! it.

mod install;
mod preview;
mod settings;
mod show;
mod support;
