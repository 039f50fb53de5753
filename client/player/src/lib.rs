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
//! * `text`, `gpu`: letters and pictures into pixels, with the shaders of `woolgather-shaders`.
//! * `playback`, `stage`, `window`: all of it together, with keys and a display's clock.
//!
//! Nothing here knows the network: the caller brings files that were verified and takes votes away.
//! Rendering flames live for a flock that is still empty comes with the GPU renderer; until then an
//! empty flock is an error that says what to do.

pub mod flock;

mod graph;
mod tape;
mod walk;

mod projection;
mod reel;

mod timeline;

mod framing;
mod overlay;
mod text;

mod frame_log;
mod gpu;
mod playback;
mod stage;
mod window;

pub use flock::{LocalClip, PlayError, PlayEvent, PlayOptions, PlayReport, Vote};
pub use window::play;
