//! The chaos game over a whole frame: slabs shared out among threads.
//!
//! ```text
//! [moments] -> slabs -> scatter -> [Histogram]
//! ```
//!
//! `docs/rendering.md` says what a slab is and which points it plots.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::RenderError;
use super::histogram::{Histogram, SharedHistogram};
use super::scatter::{Inks, Scatter};
use super::slab::SlabTask;
use super::width::Width;
use crate::plan::{FramePlan, Moment};

/// Plays the chaos game of `moments`.
///
/// `progress` is told the finished share after every slab. The result is the same for every `width` of vectors.
///
/// # Errors
///
/// [`RenderError::Cancelled`] within a slab's work (some ten milliseconds) of `cancelled` turning true.
pub(super) fn iterate(
    plan: &FramePlan,
    moments: &[Moment],
    width: Width,
    cancelled: &(dyn Fn() -> bool + Sync),
    progress: &(dyn Fn(f64) + Sync),
) -> Result<Histogram, RenderError> {
    let inks: Vec<Inks> = moments
        .iter()
        .map(|moment| Inks::new(moment, plan.palette_mode))
        .collect();
    let histogram = SharedHistogram::new(&plan.shape, Inks::layout(&inks));
    let samples: u64 = moments.iter().map(|moment| moment.samples).sum();
    let game = Game {
        plan,
        moments,
        inks,
        tasks: tasks(plan, moments),
        next: AtomicUsize::new(0),
        plotted: AtomicU64::new(0),
        histogram,
        width,
    };
    let threads = rayon::current_num_threads();
    (0..threads).into_par_iter().try_for_each(|_| {
        game.play(threads, cancelled, &|plotted| {
            progress(plotted as f64 / samples as f64);
        })
    })?;
    Ok(game.histogram.finish(&plan.shape))
}

/// Every slab of every moment.
fn tasks(plan: &FramePlan, moments: &[Moment]) -> Vec<(usize, u32)> {
    let slabs = |(index, moment): (usize, &Moment)| {
        (0..plan.slabs(moment.samples)).map(move |slab| (index, slab))
    };
    moments.iter().enumerate().flat_map(slabs).collect()
}

/// What the threads share.
struct Game<'a> {
    plan: &'a FramePlan,
    moments: &'a [Moment],
    /// Of every moment.
    inks: Vec<Inks>,
    /// Moment and slab.
    tasks: Vec<(usize, u32)>,
    /// The first task that no thread has taken yet.
    next: AtomicUsize,
    plotted: AtomicU64,
    histogram: SharedHistogram,
    width: Width,
}

impl Game<'_> {
    /// Takes tasks until there are none: one thread's share.
    ///
    /// The buffers are kept from task to task and emptied where the inks change, because a buffer that is not full costs as
    /// many cache misses as one that is.
    fn play(
        &self,
        threads: usize,
        cancelled: &(dyn Fn() -> bool + Sync),
        plotted: &(dyn Fn(u64) + Sync),
    ) -> Result<(), RenderError> {
        let mut scatter = Scatter::new(&self.histogram, threads);
        let mut inks = &self.inks[0];
        while let Some(&(moment, slab)) = self.tasks.get(self.next.fetch_add(1, Ordering::Relaxed))
        {
            if cancelled() {
                return Err(RenderError::Cancelled);
            }
            if *inks != self.inks[moment] {
                self.width.flush_all(&mut scatter, &self.histogram, inks);
                inks = &self.inks[moment];
            }
            let task = SlabTask::new(self.plan, &self.moments[moment], inks, slab);
            self.width.run_slab(&task, &self.histogram, &mut scatter);
            let before = self.plotted.fetch_add(task.samples, Ordering::Relaxed);
            plotted(before + task.samples);
        }
        self.width.flush_all(&mut scatter, &self.histogram, inks);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
