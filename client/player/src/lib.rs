//! Plays the flock in a window: graph walk, decode, present.
//!
//! ```text
//! graph -> walk, tape \                             planes -> picture -> screen <- text
//!                      +-> projection -> timeline -> playback -> stage, window
//!               reels /        ^------------ commands <- keys <----/
//! ```
//!
//! * [`flock`]: what goes in and what comes out.
//! * `graph`, `walk`, `tape`: which clip comes next. Pure.
//! * `reel`, `projection`: threads that turn clips into a row of pictures.
//! * `timeline`: which picture is due. Pure.
//! * `framing`, `overlay`: where picture and text go on the screen. Pure.
//! * `text`, `caption`, `gpu`: letters and pictures into pixels, with the shaders of
//!   `woolgather-shaders`.
//! * `stage`, `window`: a window, its keys and the display's clock.
//! * `playback`, `film`: all of it together for clips.
//! * `live`: flames drawn as they are shown, for who has no clips yet.
//!
//! Nothing here knows the network: the caller brings files that were verified and takes votes away.

pub mod flock;

mod graph;
mod roll;
mod tape;
mod walk;

mod projection;
mod reel;

mod timeline;

mod caption;
mod framing;
mod overlay;
mod text;

mod frame_log;
mod gpu;
mod stage;
mod window;

mod film;
mod playback;

mod live;

pub use film::play;
pub use flock::{LiveSheep, LocalClip, PlayError, PlayEvent, PlayOptions, PlayReport, Vote};
pub use live::play_live;
