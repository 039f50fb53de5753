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
pub(crate) mod nudge;
mod scatter;
mod slab;
mod tone_map;
mod width;
mod xform;

pub mod math;
pub(crate) mod orbit;
pub(crate) mod variations;

use rayon::prelude::*;

use crate::plan::FramePlan;
use crate::{Frame, LinearImage, RenderControl};
pub(crate) use scatter::buffers_bytes;
pub(crate) use slab::FUSE;

use density::{LogBin, LogPlane};
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
    let plane = accumulate(plan, control)?;
    (control.progress)(0.95);
    let frame = develop(plan, plane, control.cancelled)?;
    (control.progress)(1.0);
    Ok(frame)
}

/// Filters the plane and maps its tones.
fn develop(
    plan: &FramePlan,
    mut plane: LogPlane,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<Frame, RenderError> {
    let tone = &plan.tone;
    let pixels = if tone.early_clip {
        plane.map(|bin| tone_map::clip_bin(tone, bin), cancelled)?;
        filtered(plan, &plane, tone_map::clipped_pixel, cancelled)?
    } else {
        filtered(
            plan,
            &plane,
            |pixel| tone_map::tone_map(tone, pixel),
            cancelled,
        )?
    };
    let colors = pixels.iter().flat_map(|(color, _)| *color).collect();
    let alpha = tone
        .transparency
        .then(|| pixels.iter().map(|(_, alpha)| *alpha).collect());
    Ok(Frame::new(
        plan.shape.width,
        plan.shape.height,
        colors,
        alpha,
    ))
}

/// Develops a frame of finished histograms, one a pass: what another backend's later stages are held to.
#[cfg(all(test, feature = "gpu"))]
pub(crate) fn develop_bins(plan: &FramePlan, passes: &[Vec<[u64; 5]>]) -> (Frame, LinearImage) {
    let never = &|| false;
    let plane = || {
        let mut plane = LogPlane::new(&plan.shape);
        for bins in passes {
            let histogram = histogram::Histogram::of(&plan.shape, bins);
            density::add_log_density(&plan.density, histogram, &mut plane, never).unwrap();
        }
        plane
    };
    let linear = linear(plan, &plane(), never).unwrap();
    (develop(plan, plane(), never).unwrap(), linear)
}

/// Draws a picture as [`render`] does, up to the tone map, which the caller may apply in their own way.
///
/// # Errors
///
/// [`RenderError::Cancelled`] when `control` says so.
pub fn render_linear(
    plan: &FramePlan,
    control: &RenderControl<'_>,
) -> Result<LinearImage, RenderError> {
    let plane = accumulate(plan, control)?;
    (control.progress)(0.95);
    let image = linear(plan, &plane, control.cancelled)?;
    (control.progress)(1.0);
    Ok(image)
}

/// Filters the plane and does no more.
fn linear(
    plan: &FramePlan,
    plane: &LogPlane,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<LinearImage, RenderError> {
    let unit = |pixel: LogBin| pixel.map(|channel| channel / 255.0);
    let pixels = filtered(plan, plane, unit, cancelled)?;
    Ok(LinearImage::new(
        plan.shape.width,
        plan.shape.height,
        pixels,
    ))
}

/// Plays every pass and sums their logarithmic densities.
fn accumulate(plan: &FramePlan, control: &RenderControl<'_>) -> Result<LogPlane, RenderError> {
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
        density::add_log_density(&plan.density, histogram, &mut plane, control.cancelled)?;
        pass_start += share;
    }
    Ok(plane)
}

/// Filters the plane, row by row, and makes a pixel of every sum.
fn filtered<P: Send + Clone + Default>(
    plan: &FramePlan,
    plane: &LogPlane,
    pixel: impl Fn(LogBin) -> P + Sync,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<Vec<P>, RenderError> {
    let width = plan.shape.width as usize;
    let mut pixels = vec![P::default(); width * plan.shape.height as usize];
    pixels
        .par_chunks_exact_mut(width)
        .enumerate()
        .try_for_each_init(
            || vec![[0.0; 4]; width],
            |sums, (y, row)| {
                if cancelled() {
                    return Err(RenderError::Cancelled);
                }
                filter::filter_row(&plan.filter, &plan.shape, plane, y, sums);
                for (to, sum) in row.iter_mut().zip(sums) {
                    *to = pixel(*sum);
                }
                Ok(())
            },
        )?;
    Ok(pixels)
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

/// What tests of other backends compare theirs with.
#[cfg(all(test, feature = "gpu"))]
pub(crate) mod twin {
    use super::lanes::{LANES, Lanes, Places};
    use super::{Width, iterate};
    use crate::plan::{FramePlan, XformPlan};
    use crate::streams::Key;

    /// Red, green, blue, alpha and count of every bin after the first pass.
    pub(crate) fn histogram(plan: &FramePlan) -> Vec<[u64; 5]> {
        let widest = Width::widest();
        let histogram = iterate::iterate(plan, plan.moments_of(0), widest, &|| false, &|_| {})
            .expect("nobody cancels");
        let (wide, high) = (histogram.width, histogram.height);
        (0..wide * high)
            .map(|bin| histogram.bin(bin % wide, bin / wide))
            .collect()
    }

    /// Every point of `points` (x, y, colour) through `xform`; point `i` draws from counter `i`.
    pub(crate) fn probe(xform: &XformPlan, points: &[[f32; 3]], key: Key) -> Vec<[f32; 3]> {
        let mut moved = Vec::new();
        for (group, chunk) in points.chunks(LANES).enumerate() {
            let at = |lane: usize| chunk[lane.min(chunk.len() - 1)];
            let mut lanes = Lanes {
                x: std::array::from_fn(|lane| at(lane)[0]),
                y: std::array::from_fn(|lane| at(lane)[1]),
            };
            let mut color = std::array::from_fn(|lane| at(lane)[2]);
            let places = Places::new(key, 0, 0, |lane| (group * LANES + lane) as u32);
            Width::widest().apply(xform, &mut lanes, &mut color, places);
            moved.extend((0..chunk.len()).map(|lane| [lanes.x[lane], lanes.y[lane], color[lane]]));
        }
        moved
    }
}
