//! Woolgather on Windows, under wine: the screensaver installed, shown, previewed, set, and the agent. `cargo xtask test
//! windows` runs it.

mod agent;
mod install;
mod preview;
mod settings;
mod show;
mod support;
