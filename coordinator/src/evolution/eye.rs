//! A renderer for breeding that stops looking when the program ends.

use anyhow::bail;
use woolgather_genome::{BoundingBox, Examine, Genome, Picture, Undrawable};
use woolgather_render_kernel::{Examiner, RenderControl};

/// Looks at genomes until it is told to stop; then nothing can be drawn any more.
pub(crate) struct Eye<'a> {
    pub(crate) control: &'a RenderControl<'a>,
}

impl Eye<'_> {
    /// Looks, and says whether it saw all there was to see.
    ///
    /// # Errors
    ///
    /// When it was told to stop: what `look` made of that says nothing about the genome.
    pub(crate) fn calm<T>(&self, look: impl FnOnce(&Self) -> T) -> anyhow::Result<T> {
        let seen = look(self);
        if (self.control.cancelled)() {
            bail!("nobody waits for this child any more");
        }
        Ok(seen)
    }

    fn open(&self) -> Result<(), Undrawable> {
        if (self.control.cancelled)() {
            return Err(Undrawable("the program ends".into()));
        }
        Ok(())
    }
}

impl Examine for Eye<'_> {
    fn bounds(&self, genome: &Genome, rng_seed: u64) -> Result<BoundingBox, Undrawable> {
        self.open()?;
        Examiner.bounds(genome, rng_seed)
    }

    fn picture(&self, genome: &Genome, rng_seed: u64) -> Result<Picture, Undrawable> {
        self.open()?;
        Examiner.picture(genome, rng_seed)
    }
}
