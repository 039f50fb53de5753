//! Flames measured: where they lie, how they fill the plane, what they look like in small.
//!
//! ```text
//! genome -> plan -> orbits -> [BoundingBox], [Measures]
//! genome -> plan -> render -> [Picture]
//! ```
//!
//! Breeding (`genome`) asks through [`Examine`]; [`Examiner`] is the answer. Everything here depends on the
//! genome and the `rng_seed` alone and gives the same bits on every machine.

mod bounds;
mod dimension;
mod measures;

use woolgather_genome::{BoundingBox, Examine, Genome, Picture, Undrawable};

pub use bounds::bounds;
pub use measures::{Measures, measure};

use crate::plan::FramePlan;
use crate::{Frame, OutputSettings, RenderControl, StillSettings, plan_still, render};

/// Looks at genomes by rendering them, on the current rayon pool.
#[derive(Clone, Copy, Debug, Default)]
pub struct Examiner;

impl Examine for Examiner {
    fn bounds(&self, genome: &Genome, rng_seed: u64) -> Result<BoundingBox, Undrawable> {
        bounds(genome, rng_seed)
    }

    fn picture(&self, genome: &Genome, rng_seed: u64) -> Result<Picture, Undrawable> {
        let settings = StillSettings {
            width: genome.size[0],
            height: genome.size[1],
            quality: genome.quality,
            rng_seed,
            output: OutputSettings::default(),
        };
        let plan = plan_still(genome, &settings).map_err(|error| Undrawable(error.to_string()))?;
        let frame = render(&plan, &RenderControl::unattended())
            .map_err(|error| Undrawable(error.to_string()))?;
        Ok(picture(&frame))
    }
}

fn picture(frame: &Frame) -> Picture {
    let channels = frame.to_rgb8();
    let (pixels, _) = channels.as_chunks::<3>();
    Picture::new(frame.width(), frame.height(), pixels.to_vec())
}

/// The plan whose only moment is the genome as it stands; its picture does not matter.
fn plan_orbits(genome: &Genome, rng_seed: u64) -> Result<FramePlan, Undrawable> {
    let mut still = Genome {
        passes: 1,
        supersample: 1,
        zoom: 0.0,
        ..genome.clone()
    };
    // The kernels would cost more than the orbits.
    still.estimator.radius = 0.0;
    still.estimator.minimum = 0.0;
    let settings = StillSettings {
        width: 1,
        height: 1,
        quality: 1.0,
        rng_seed,
        output: OutputSettings::default(),
    };
    plan_still(&still, &settings).map_err(|error| Undrawable(error.to_string()))
}
