//! What an agent sees of a desktop, seen on real ones: an X server, sway, KWin and Mutter without
//! screens, and a message bus of our own.
//!
//! Without these programs the tests fail with the line that installs them.
#![cfg(target_os = "linux")]

mod desktop;
mod desktops;
mod idle;
mod machine;
mod services;
mod single;
