//! A worker: lease → render → encode → submit, and audits of what others did.
//!
//! ```text
//! coordinator ── lease ──> [assignment] ──> render ──frames──> encode ──> submission
//!                                      └──> one frame again ───────────> audit report
//! ```
//!
//! Frames are rendered on a graphics card, on the processor, or on both ([`WorkBackend`]); on the processor on a rayon pool of the worker's own, one after the other and each on all of
//! its threads; the frame before is encoded meanwhile on the same pool. Nothing is kept on disk: a
//! work unit is minutes of work, and a lease that is not answered goes to somebody else. But what is
//! finished is handed in, however long the coordinator stays away.
//!
//! The caller watches through [`Event`]s and ends the work with a [`Stop`].

mod assignment;
mod audit;
mod devices;
mod error;
mod event;
mod segment;
mod speed;
mod stop;
mod worker;

#[cfg(test)]
mod tests;

pub use devices::WorkBackend;
pub use error::WorkerError;
pub use event::Event;
pub use stop::Stop;
pub use worker::{MeasureFrame, Worker, WorkerSettings};
