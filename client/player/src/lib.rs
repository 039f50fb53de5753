//! Plays the flock in a window: graph walk, decode, present.
//!
//! ```text
//! roll, graph -> walk, tape \                             planes -> picture -> screen <- text
//!                            +-> projection -> timeline -> playback -> stage
//!                     reels /        ^------------ commands <- keys <----/
//! ```
//!
//! * [`flock`]: what goes in and what comes out.
//! * [`cache`]: which clips to fetch and which to drop. Pure.
//! * `roll`, `graph`, `walk`, `tape`: which clip comes next. Pure.
//! * `reel`, `showing`, `projector`, `projection`: threads that turn clips into a row of pictures.
//! * `timeline`: which picture is due. Pure.
//! * `framing`, `overlay`: where picture and text go on the screen. Pure.
//! * `text`, `caption`, `gpu`: letters and pictures into pixels, with the shaders of
//!   `woolgather-shaders`.
//! * `stage`: a place on the screen and the display's clock. `performance`: what is on there, on a thread of its own.
//! * `host`: who has the windows; `window`: ours, one for each monitor; `layer`: ours over a whole Wayland desktop;
//!   `foreign`: another program's, as hosts of screensavers lend them. `keys`: what keys and pointers ask for. Pure.
//! * `playback`, `film`: all of it together for clips.
//! * `live`: flames drawn as they are shown, for who has no clips yet.
//!
//! Nothing here knows the network: the caller brings files that were verified and takes votes away.

pub mod cache;
pub mod flock;

mod graph;
mod roll;
mod tape;
mod walk;

mod frames;
mod projection;
mod projector;
mod reel;
mod showing;

mod timeline;

mod caption;
mod clock;
mod framing;
mod overlay;
mod text;
mod wander;

mod frame_log;
mod gpu;
mod host;
mod keys;
mod performance;
mod stage;
mod window;

#[cfg(not(target_vendor = "apple"))]
mod foreign;
#[cfg(all(unix, not(target_vendor = "apple")))]
mod layer;

mod evening;
mod film;
mod playback;

mod live;

mod memory;

// The helpers of the integration tests serve the unit tests too, and call this crate by its name.
#[cfg(test)]
extern crate self as woolgather_player;
#[cfg(test)]
#[path = "../tests/it/film.rs"]
mod test_film;

pub use evening::{Flock, play};
pub use flock::{
    ForeignWindow, LiveSheep, LocalClip, PlayError, PlayEvent, PlayOptions, PlayReport, Vote,
};
pub use live::play_live;
