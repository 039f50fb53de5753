//! From a genome to a frame: plan, iterate, histogram, density estimation, filter, tone map.
//!
//! ```text
//! genome, settings -> [FramePlan] -> iterate -> histogram -> density estimation -> filter -> tone map -> [Frame]
//! ```
//!
//! In reading order:
//!
//! * [`plan_still`], [`plan_clip_frame`], [`plan_keyframes`] and [`FramePlan`]: what to draw, as plain numbers.
//!   Everything that a backend needs is in the plan, and nothing else is.
//! * [`render`]: the processor's backend. Same plan, same bits, on every machine and for any number of threads.
//! * [`Frame`], [`LinearImage`] and [`Planes`]: the picture, the picture before the tone map, and the picture as a
//!   video encoder takes it.
//! * [`export`]: pictures as files, with their genome in them.
//! * [`Examiner`], [`bounds`] and [`measure`]: flames measured instead of drawn, for breeding and for artists.
//! * [`compare`]: whether two pictures are the same picture, which is how submissions are judged.
//! * [`streams`] and [`math`]: the random numbers and the elementary functions that the bits depend on.
//!
//! `docs/rendering.md` is the specification of the chaos game that every backend plays.

mod control;
mod cpu;
mod frame;
mod linear;
mod plan;
mod planes;
mod probe;

pub mod compare;
pub mod export;
pub mod streams;

pub use control::RenderControl;
pub use cpu::{RenderError, math, render, render_linear, scatter_rate, with_threads};
pub use frame::Frame;
pub use linear::LinearImage;
pub use plan::{
    ClipGenomes, ClipSettings, FramePlan, KeyframeSettings, MEMORY_BYTES_MAX, OutputSettings,
    PlanError, SAMPLES_MAX, StillSettings, plan_clip_frame, plan_keyframes, plan_still,
};
pub use planes::Planes;
pub use probe::{Examiner, Measures, bounds, measure};
