//! The chaos game over a whole frame: slabs shared out among threads.
//!
//! ```text
//! [moments] -> slabs -> scatter -> [Histogram]
//! ```
//!
//! `docs/rendering.md` says what a slab is and which points it plots.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::RenderError;
use super::histogram::{Histogram, SharedHistogram};
use super::scatter::{Inks, Scatter};
use super::slab::{SlabTask, run_slab};
use crate::plan::{FramePlan, Moment};

/// Plays the chaos game of `moments`.
///
/// `progress` is told the finished share after every slab.
///
/// # Errors
///
/// [`RenderError::Cancelled`] within a slab's work (some ten milliseconds) of `cancelled` turning true.
pub(super) fn iterate(
    plan: &FramePlan,
    moments: &[Moment],
    cancelled: &(dyn Fn() -> bool + Sync),
    progress: &(dyn Fn(f64) + Sync),
) -> Result<Histogram, RenderError> {
    let histogram = SharedHistogram::new(&plan.shape);
    let inks: Vec<Inks> = moments
        .iter()
        .map(|moment| Inks::new(moment, plan.palette_mode))
        .collect();
    let tasks: Vec<(usize, u32)> = moments
        .iter()
        .enumerate()
        .flat_map(|(index, moment)| (0..plan.slabs(moment.samples)).map(move |slab| (index, slab)))
        .collect();
    let samples: u64 = moments.iter().map(|moment| moment.samples).sum();
    let plotted = AtomicU64::new(0);

    tasks.par_iter().try_for_each_init(
        || Scatter::new(&histogram),
        |scatter, &(index, slab)| {
            if cancelled() {
                return Err(RenderError::Cancelled);
            }
            let task = SlabTask::new(plan, &moments[index], &inks[index], slab);
            run_slab(&task, &histogram, scatter);
            scatter.flush(&histogram, &inks[index]);
            let plotted = plotted.fetch_add(task.samples, Ordering::Relaxed) + task.samples;
            progress(plotted as f64 / samples as f64);
            Ok(())
        },
    )?;
    Ok(histogram.finish(&plan.shape))
}

#[cfg(test)]
mod tests;
