//! A leased work unit, opened and checked: everything rendering needs, as numbers.

use std::ops::Range;

use woolgather_genome::{TemporalFilter, TemporalFilterShape};
use woolgather_protocol::recipe::TemporalFilterKind;
use woolgather_protocol::work::{ClipKind, Lease, Task, WorkUnit};
use woolgather_protocol::{PublicKey, Recipe};
use woolgather_render_kernel::{ClipGenomes, ClipSettings, FramePlan, plan_clip_frame};
use woolgather_video::{ENCODER_NAME, ENCODER_VERSION, EncoderSettings};

use crate::error::WorkerError;

/// What to render.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(crate) unit: WorkUnit,
    genomes: ClipGenomes,
    settings: ClipSettings,
}

impl Assignment {
    /// Opens a lease: the coordinator's signature, the recipe, the frame numbers, the genomes.
    ///
    /// # Errors
    ///
    /// [`WorkerError`] says which of them cannot be trusted or followed; nothing was rendered.
    pub(crate) fn open(lease: &Lease, coordinator: &PublicKey) -> Result<Self, WorkerError> {
        let unit = lease.work.open(coordinator)?;
        unit.recipe.check()?;
        check_encoder(&unit.recipe)?;
        check_frames(&unit)?;
        let mut genomes = unit.decode_genomes()?.into_iter();
        let genomes = match (unit.clip_kind, genomes.next(), genomes.next()) {
            (ClipKind::Loop, Some(genome), None) => ClipGenomes::Loop(genome),
            (ClipKind::Edge, Some(from), Some(to)) => ClipGenomes::Edge(from, to),
            _ => {
                return Err(WorkerError::Nonsense(
                    "another number of genomes than its kind has",
                ));
            }
        };
        let settings = clip_settings(&unit);
        Ok(Self {
            unit,
            genomes,
            settings,
        })
    }

    /// The frames to render, numbered within the clip.
    pub(crate) fn frames(&self) -> Range<u32> {
        match self.unit.task {
            Task::Segment => self.unit.first_frame..self.unit.first_frame + self.unit.frame_count,
            Task::Audit { frame } => frame..frame + 1,
        }
    }

    /// The plan of one frame of the clip.
    ///
    /// # Errors
    ///
    /// [`WorkerError::Plan`] where it is beyond this program's limits.
    pub(crate) fn plan(&self, frame: u32) -> Result<FramePlan, WorkerError> {
        Ok(plan_clip_frame(&self.genomes, &self.settings, frame)?)
    }

    /// The encoder's settings by the recipe.
    pub(crate) fn encoder(&self) -> EncoderSettings {
        let recipe = &self.unit.recipe;
        EncoderSettings {
            width: recipe.width,
            height: recipe.height,
            fps: recipe.fps,
            speed: recipe.encoder.speed,
            quantizer: recipe.encoder.quantizer,
            segment_frames: recipe.segment_frames,
        }
    }
}

fn check_encoder(recipe: &Recipe) -> Result<(), WorkerError> {
    let wanted = (
        recipe.encoder.name.as_str(),
        recipe.encoder.version.as_str(),
    );
    if wanted == (ENCODER_NAME, ENCODER_VERSION) {
        return Ok(());
    }
    Err(WorkerError::Encoder {
        wanted: format!("{} {}", wanted.0, wanted.1),
        have: format!("{ENCODER_NAME} {ENCODER_VERSION}"),
    })
}

fn check_frames(unit: &WorkUnit) -> Result<(), WorkerError> {
    let (recipe, clip_frames) = (&unit.recipe, unit.recipe.frames(unit.clip_kind));
    let first = u64::from(unit.segment) * u64::from(recipe.segment_frames);
    let end = first + u64::from(recipe.segment_frames);
    let named = (unit.first_frame.into(), unit.frame_count);
    if named != (first, recipe.segment_frames) || end > clip_frames.into() {
        return Err(WorkerError::Nonsense(
            "its frames are not a segment of its clip",
        ));
    }
    match unit.task {
        Task::Audit { frame } if !(first..end).contains(&frame.into()) => Err(
            WorkerError::Nonsense("the frame to audit is not in its segment"),
        ),
        _ => Ok(()),
    }
}

fn clip_settings(unit: &WorkUnit) -> ClipSettings {
    let recipe = &unit.recipe;
    let shape = match recipe.temporal_filter {
        TemporalFilterKind::Box => TemporalFilterShape::Box,
        TemporalFilterKind::Gaussian => TemporalFilterShape::Gaussian,
    };
    ClipSettings {
        width: recipe.width,
        height: recipe.height,
        frames: recipe.frames(unit.clip_kind),
        quality: recipe.quality,
        temporal_samples: recipe.temporal_samples,
        temporal_filter: TemporalFilter {
            shape,
            width: recipe.temporal_filter_width,
            exponent: 0.0,
        },
        rng_seed: unit.rng_seed,
    }
}
