//! The processor's backend: rayon over slabs and rows, and the same bits for any number of threads.
//!
//! ```text
//! [FramePlan] -> iterate -> histogram -> density -> filter -> tone_map -> [Frame]
//! ```
//!
//! The chaos game works in single precision and adds integers, so the order in which slabs finish cannot show.
//! Every later stage computes each row by itself in a fixed order.

mod density;
mod filter;
mod histogram;
mod iterate;
mod lanes;
mod scatter;
mod slab;
mod tone_map;
mod width;
mod xform;

pub mod math;
pub(crate) mod variations;

use rayon::prelude::*;

use crate::plan::FramePlan;
use crate::{Frame, RenderControl};
use density::LogPlane;
use width::Width;

pub use scatter::scatter_rate;

/// Why a render ended without a frame.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The caller asked for it.
    #[error("the render was cancelled")]
    Cancelled,
    /// The system gave no threads.
    #[error("no threads to render with: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Share of the progress that the chaos game has; the rest is the stages after it.
const ITERATE_SHARE: f64 = 0.9;

/// Draws a frame on the current rayon pool.
///
/// The same plan gives the same bits, on every machine, in every build, for any number of threads. At usual sizes
/// `control` is asked every few tens of milliseconds.
///
/// # Errors
///
/// [`RenderError::Cancelled`] when `control` says so.
pub fn render(plan: &FramePlan, control: &RenderControl<'_>) -> Result<Frame, RenderError> {
    let width = Width::widest();
    let mut plane = LogPlane::new(&plan.shape);
    let mut pass_start = 0.0;
    for pass in 0..plan.passes {
        let share = ITERATE_SHARE / f64::from(plan.passes);
        let progress = |part: f64| (control.progress)(pass_start + share * part);
        let histogram = iterate::iterate(
            plan,
            plan.moments_of(pass),
            width,
            control.cancelled,
            &progress,
        )?;
        density::add_log_density(&plan.density, &histogram, &mut plane, control.cancelled)?;
        pass_start += share;
    }
    (control.progress)(0.95);
    let frame = develop(plan, &plane, control.cancelled)?;
    (control.progress)(1.0);
    Ok(frame)
}

/// Filters and tone-maps the plane, row by row.
fn develop(
    plan: &FramePlan,
    plane: &LogPlane,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<Frame, RenderError> {
    let width = plan.shape.width as usize;
    let mut pixels = vec![0_u16; width * plan.shape.height as usize * 3];
    pixels
        .par_chunks_exact_mut(width * 3)
        .enumerate()
        .try_for_each_init(
            || vec![[0.0; 4]; width],
            |filtered, (y, row)| {
                if cancelled() {
                    return Err(RenderError::Cancelled);
                }
                filter::filter_row(&plan.filter, &plan.shape, plane, y, filtered);
                for (pixel, density) in row.chunks_exact_mut(3).zip(filtered) {
                    pixel.copy_from_slice(&tone_map::tone_map(&plan.tone, *density));
                }
                Ok(())
            },
        )?;
    Ok(Frame::new(plan.shape.width, plan.shape.height, pixels))
}

/// Runs `work` on a pool of its own with `threads` threads, 0 for as many as there are cores.
///
/// # Errors
///
/// [`RenderError::Threads`] where the system gives no threads.
pub fn with_threads<R: Send>(
    threads: usize,
    work: impl FnOnce() -> R + Send,
) -> Result<R, RenderError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()?;
    Ok(pool.install(work))
}
