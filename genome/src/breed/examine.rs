//! What breeding asks a renderer: where a flame lies, and what it looks like.
//!
//! This crate cannot iterate a flame. Whoever breeds hands in an [`Examine`]; `render-kernel` has
//! the real one (`Examiner`), tests have others. An answer must depend on nothing but the genome
//! and the `rng_seed`, or children could not be bred again.

use super::Picture;
use crate::Genome;

/// A rectangle of the plane, in world units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundingBox {
    /// Least x and y.
    pub min: [f64; 2],
    /// Greatest x and y.
    pub max: [f64; 2],
}

impl BoundingBox {
    /// Width and height.
    #[must_use]
    pub fn size(&self) -> [f64; 2] {
        [self.max[0] - self.min[0], self.max[1] - self.min[1]]
    }
}

/// A genome that could not be drawn, with the renderer's reason as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be drawn: {0}")]
pub struct Undrawable(pub String);

/// Looks at genomes.
pub trait Examine {
    /// Where the flame's visible points lie, without the sparse tails on each side.
    ///
    /// # Errors
    ///
    /// [`Undrawable`] when the genome has no picture; it is not to be bred from.
    fn bounds(&self, genome: &Genome, rng_seed: u64) -> Result<BoundingBox, Undrawable>;

    /// The genome as it stands, at its own size and quality.
    ///
    /// # Errors
    ///
    /// [`Undrawable`] when the genome has no picture; it is not to be bred from.
    fn picture(&self, genome: &Genome, rng_seed: u64) -> Result<Picture, Undrawable>;
}
