//! Pictures compared: decoded frames with their neighbours, with audits, with our own rendering.

use anyhow::Context as _;
use woolgather_genome::{TemporalFilter, TemporalFilterShape};
use woolgather_protocol::Recipe;
use woolgather_protocol::recipe::TemporalFilterKind;
use woolgather_protocol::work::{ClipKind, WorkUnit};
use woolgather_render_kernel::compare::{self, BlockMeans, block_means};
use woolgather_render_kernel::{
    ClipGenomes, ClipSettings, Frame, RenderControl, plan_clip_frame, render,
};

use crate::store::FrameMeans;

/// Whether the decoded frame shows the audited picture, within what encoding may change.
#[must_use]
pub fn same_picture(decoded: &FrameMeans, audited: &FrameMeans) -> bool {
    compare::same_picture(
        &block_means_of(decoded),
        &block_means_of(audited),
        &compare::Floor::encoded(),
    )
    .is_same()
}

/// Frames that do not fit between their neighbours.
pub(super) fn suspicious(means: &[FrameMeans]) -> Vec<u32> {
    let frames: Vec<BlockMeans> = means.iter().map(block_means_of).collect();
    compare::continuity(&frames)
        .iter()
        .map(|suspicion| suspicion.frame)
        .collect()
}

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

    /// Renders one frame on the current rayon pool.
    ///
    /// # Errors
    ///
    /// When the frame cannot be planned within the renderer's limits.
    pub fn draw(&self, frame: u32) -> anyhow::Result<Frame> {
        let plan = plan_clip_frame(&self.genomes, &self.settings(), frame)?;
        Ok(render(&plan, &RenderControl::unattended())?)
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

/// The block means of a frame rendered here.
#[must_use]
pub fn means_of(frame: &Frame) -> FrameMeans {
    let planes = frame.to_planes();
    let means = block_means(
        planes.width,
        planes.height,
        &planes.luma,
        &planes.chroma_blue,
        &planes.chroma_red,
    );
    FrameMeans {
        blocks_wide: means.blocks_wide,
        blocks_high: means.blocks_high,
        luma: means.luma,
        chroma_blue: means.chroma_blue,
        chroma_red: means.chroma_red,
    }
}

fn block_means_of(means: &FrameMeans) -> BlockMeans {
    BlockMeans {
        blocks_wide: means.blocks_wide,
        blocks_high: means.blocks_high,
        luma: means.luma.clone(),
        chroma_blue: means.chroma_blue.clone(),
        chroma_red: means.chroma_red.clone(),
    }
}
