//! Our own rendering: what a frame of a clip should be, and threads to render it on.
//!
//! The coordinator renders little (the frames that only it can judge, posters, previews), and
//! requests come first: rendering gets half of the cores, and ends when nobody waits for it.

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;
use woolgather_genome::{TemporalFilter, TemporalFilterShape};
use woolgather_protocol::Recipe;
use woolgather_protocol::recipe::TemporalFilterKind;
use woolgather_protocol::work::{ClipKind, WorkUnit};
use woolgather_render_kernel::{
    ClipGenomes, ClipSettings, Frame, PlanError, RenderControl, plan_clip_frame, render,
    with_threads,
};

use crate::hands::Hands;

/// A clip, as everything that decides its frames' pixels.
#[derive(Debug, Clone)]
pub struct ClipToDraw {
    /// Its sheep, one or two.
    pub genomes: ClipGenomes,
    /// Loop or edge.
    pub kind: ClipKind,
    /// Sizes, lengths and quality.
    pub recipe: Recipe,
    /// The number its frames are keyed with.
    pub rng_seed: u64,
}

impl ClipToDraw {
    /// The clip a work unit belongs to.
    ///
    /// # Errors
    ///
    /// When the work unit's genomes cannot be read.
    pub fn of(work: &WorkUnit) -> anyhow::Result<Self> {
        let mut genomes = work.decode_genomes()?.into_iter();
        let first = genomes.next().context("a work unit without a genome")?;
        let genomes = match genomes.next() {
            None => ClipGenomes::Loop(first),
            Some(second) => ClipGenomes::Edge(first, second),
        };
        Ok(Self {
            genomes,
            kind: work.clip_kind,
            recipe: work.recipe.clone(),
            rng_seed: work.rng_seed,
        })
    }

    /// Whether a frame can be rendered at all; renders nothing.
    ///
    /// # Errors
    ///
    /// Which limit of the renderer the frame breaks.
    pub fn check(&self, frame: u32) -> Result<(), PlanError> {
        plan_clip_frame(&self.genomes, &self.settings(), frame).map(drop)
    }

    /// Renders one frame on the current rayon pool.
    ///
    /// # Errors
    ///
    /// When the frame cannot be planned within the renderer's limits, or `control` cancels it.
    pub fn draw(&self, frame: u32, control: &RenderControl<'_>) -> anyhow::Result<Frame> {
        let plan = plan_clip_frame(&self.genomes, &self.settings(), frame)?;
        Ok(render(&plan, control)?)
    }

    fn settings(&self) -> ClipSettings {
        let recipe = &self.recipe;
        ClipSettings {
            width: recipe.width,
            height: recipe.height,
            frames: recipe.frames(self.kind),
            quality: recipe.quality,
            temporal_samples: recipe.temporal_samples,
            temporal_filter: TemporalFilter {
                shape: match recipe.temporal_filter {
                    TemporalFilterKind::Box => TemporalFilterShape::Box,
                    TemporalFilterKind::Gaussian => TemporalFilterShape::Gaussian,
                },
                width: recipe.temporal_filter_width,
                exponent: 0.0,
            },
            rng_seed: self.rng_seed,
        }
    }
}

/// Does `work` beside everything else, on threads of its own: half as many as there are cores, at
/// least one. When the caller is dropped, as at the program's end, the rendering is cancelled.
///
/// # Errors
///
/// What `work` returns, or that the system gives no threads.
pub async fn apart<R: Send + 'static>(
    hands: &Hands,
    work: impl FnOnce(&RenderControl<'_>) -> anyhow::Result<R> + Send + 'static,
) -> anyhow::Result<R> {
    let abandoned = CancellationToken::new();
    let _abandon_when_dropped = abandoned.clone().drop_guard();
    let threads = (hands.cores() / 2).max(1);
    let rendering = hands.work(move || {
        let control = RenderControl {
            cancelled: &|| abandoned.is_cancelled(),
            progress: &|_| {},
        };
        with_threads(threads, || work(&control))
    });
    rendering.await??
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    #[tokio::test]
    async fn a_rendering_nobody_waits_for_is_cancelled() {
        let (tell, told) = mpsc::channel();
        let machine = Hands::machine();
        let endless = apart(&machine, move |control| {
            tell.send("begun")?;
            while !(control.cancelled)() {
                std::thread::yield_now();
            }
            Ok(tell.send("cancelled")?)
        });
        let waiting = tokio::time::timeout(Duration::from_millis(50), endless);
        assert!(waiting.await.is_err());
        let words: Vec<_> = told.iter().collect();
        assert_eq!(words, ["begun", "cancelled"]);
    }
}
