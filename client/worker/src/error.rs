//! Why work ended, one variant per reaction.

use woolgather_api::ApiError;
use woolgather_protocol::recipe::RecipeError;
use woolgather_protocol::signing::OpenError;
use woolgather_protocol::work::WorkUnitError;
use woolgather_render_kernel::{PlanError, RenderError};
use woolgather_video::EncodeError;

/// Why a work unit, or the worker, came to an end.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The coordinator refused or does not answer.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The work unit is not signed by the coordinator: it is not worked on.
    #[error("the work unit cannot be trusted: {0}")]
    Unsigned(#[from] OpenError),
    /// The recipe is not one this program can follow.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The recipe wants an encoder, or a version of it, that is not built in: update this program.
    #[error("the recipe wants {wanted}; this program has {have}")]
    Encoder {
        /// What the recipe names.
        wanted: String,
        /// What is built in.
        have: String,
    },
    /// The work unit contradicts itself.
    #[error("the work unit contradicts itself: {0}")]
    Nonsense(&'static str),
    /// A genome inside the work unit cannot be read.
    #[error(transparent)]
    Genome(#[from] WorkUnitError),
    /// A frame cannot be planned within this program's limits.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Rendering ended early: the worker was stopped.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The encoder failed.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A thread of the worker ended unexpectedly.
    #[error("a thread of the worker ended unexpectedly")]
    Thread,
}

impl WorkerError {
    /// Whether it only means that somebody stopped the worker.
    #[must_use]
    pub fn is_stop(&self) -> bool {
        matches!(self, Self::Render(RenderError::Cancelled))
    }

    /// Whether every other work unit of the flock will fail in the same way.
    pub(crate) fn is_the_flocks(&self) -> bool {
        matches!(self, Self::Encoder { .. } | Self::Recipe(_))
    }
}
