//! A plan as the bytes that the shaders read: for the graphics card's backend, and for a browser, which runs the
//! same texts.
//!
//! ```text
//! [FramePlan] -> structure -> text; numbers, integers, slabs -> buffers
//! ```
//!
//! Nothing here knows a GPU API. Buffers are little-endian, laid out as `woolgather-shaders` says.

mod development;
mod game;

use std::mem::offset_of;

use woolgather_shaders::assemble::FADE;
use woolgather_shaders::develop::{DENSITY, DevelopUniform, FILTER};
use woolgather_shaders::present::PIXELS;

use crate::plan::{FramePlan, Moment};

#[cfg(feature = "gpu")]
pub(crate) use development::Numbers;
#[cfg(not(feature = "gpu"))]
use development::Numbers;
#[cfg(all(test, feature = "gpu"))]
pub(crate) use game::push_xform;
pub(crate) use game::{has_counts, integers, numbers, structures, tasks};

/// The stages' texts for one structure of genome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// The chaos game; entry point `iterate`.
    pub iterate: String,
    /// Logarithm and density estimation.
    pub density: &'static str,
    /// Filter and tone map.
    pub filter: &'static str,
    /// A histogram fades.
    pub fade: &'static str,
    /// Pixels to a canvas.
    pub screen: &'static str,
}

/// The chaos game's numbers of one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Game {
    /// Its slabs, 16 bytes each.
    pub tasks: Vec<u8>,
    /// Maps and constants.
    pub numbers: Vec<u8>,
    /// Visibilities and thresholds.
    pub integers: Vec<u8>,
}

/// Everything that a browser draws a still from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedStill {
    /// Pixels, width first.
    pub size: [u32; 2],
    /// Bins of the histogram, width first.
    pub bins: [u32; 2],
    /// Samples of the whole picture.
    pub samples: u64,
    /// Counts are kept beside alpha.
    pub counted: bool,
    /// Density estimation is on.
    pub spread: bool,
    /// The tone map goes ahead of the filter.
    pub early_clip: bool,
    /// The stages' texts.
    pub texts: Texts,
    /// The chaos game's numbers.
    pub game: Game,
    /// 256 inks, 16 bytes each.
    pub palette: Vec<u8>,
    /// The numbers of the other stages.
    pub develop: Vec<u8>,
    /// Where in `develop` the density's factor `k2` is, a 32-bit float: it counts for all samples, and is multiplied by
    /// whole / drawn for a picture that holds others.
    pub k2_at: usize,
    /// The first sum of hits that gets each kernel but the first.
    pub thresholds: Vec<u8>,
    /// Where each kernel's weights begin, and its reach.
    pub kernels: Vec<u8>,
    /// The kernels' weights.
    pub weights: Vec<u8>,
    /// The filter's weights.
    pub filter: Vec<u8>,
}

/// The plan is none that one game draws: it has several passes, or moments of several structures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the frame has more than one moment")]
pub struct NotOneMoment;

/// Packs a plan that has one moment: a still of one pass.
///
/// # Errors
///
/// [`NotOneMoment`].
pub fn pack_still(plan: &FramePlan) -> Result<PackedStill, NotOneMoment> {
    let moment = only(plan)?;
    let counted = has_counts(plan);
    let numbers = Numbers::new(plan, counted);
    Ok(PackedStill {
        size: [plan.width(), plan.height()],
        bins: numbers.frame.bins,
        samples: plan.samples(),
        counted,
        spread: !numbers.kernels.is_empty(),
        early_clip: numbers.frame.early_clip != 0,
        texts: Texts {
            iterate: iterate_text(plan)?,
            density: DENSITY,
            filter: FILTER,
            fade: FADE,
            screen: PIXELS,
        },
        game: pack_game(plan)?,
        palette: bytes(&moment.palette[..]),
        develop: bytemuck::bytes_of(&numbers.frame).to_vec(),
        k2_at: offset_of!(DevelopUniform, k2),
        thresholds: bytes(&numbers.thresholds),
        kernels: bytes(&numbers.kernels),
        weights: bytes(&numbers.weights),
        filter: bytes(&numbers.filter),
    })
}

/// Packs the chaos game's numbers of a plan that has one moment.
///
/// # Errors
///
/// [`NotOneMoment`].
pub fn pack_game(plan: &FramePlan) -> Result<Game, NotOneMoment> {
    let moment = only(plan)?;
    Ok(Game {
        tasks: bytes(&tasks(plan, &plan.moments)),
        numbers: bytes(&numbers(moment)),
        integers: bytes(&integers(moment)),
    })
}

/// The chaos game's text for a plan that has one moment.
///
/// # Errors
///
/// [`NotOneMoment`].
pub fn iterate_text(plan: &FramePlan) -> Result<String, NotOneMoment> {
    only(plan)?;
    let structures = structures(plan, &plan.moments);
    structures
        .first()
        .map(woolgather_shaders::assemble::Structure::iterate_text)
        .ok_or(NotOneMoment)
}

fn only(plan: &FramePlan) -> Result<&Moment, NotOneMoment> {
    match plan.moments.as_slice() {
        [only] => Ok(only),
        _ => Err(NotOneMoment),
    }
}

fn bytes<T: bytemuck::NoUninit>(content: &[T]) -> Vec<u8> {
    bytemuck::cast_slice(content).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{StillSettings, plan_still};
    use woolgather_genome::starter_flock;

    #[test]
    fn what_is_packed_has_the_sizes_that_the_texts_read() {
        for sheep in starter_flock() {
            let mut genome = sheep.genome();
            genome.passes = 1;
            let settings = StillSettings {
                width: 64,
                height: 36,
                quality: 5.0,
                ..StillSettings::default()
            };
            let plan = plan_still(&genome, &settings).unwrap();
            let packed = pack_still(&plan).unwrap();
            let structure = structures(&plan, &plan.moments).remove(0);
            assert_eq!(packed.palette.len(), 256 * 16, "{}", sheep.title);
            let numbers = structure.moment_numbers() as usize * 16;
            assert_eq!(packed.game.numbers.len(), numbers, "{}", sheep.title);
            let integers = structure.moment_integers() as usize * 4;
            assert_eq!(packed.game.integers.len(), integers, "{}", sheep.title);
            assert_eq!(packed.develop.len(), size_of::<DevelopUniform>());
            let word = |at: usize| {
                let word = packed.game.tasks[at..at + 4].try_into().unwrap();
                u64::from(u32::from_le_bytes(word))
            };
            let samples = (0..packed.game.tasks.len())
                .step_by(16)
                .map(|at| word(at + 8));
            assert_eq!(samples.sum::<u64>(), packed.samples, "{}", sheep.title);
        }
    }

    #[test]
    fn several_passes_are_not_one_moment() {
        let mut genome = starter_flock()[0].genome();
        genome.passes = 2;
        let settings = StillSettings {
            width: 16,
            height: 16,
            quality: 1.0,
            ..StillSettings::default()
        };
        let plan = plan_still(&genome, &settings).unwrap();
        assert_eq!(pack_still(&plan), Err(NotOneMoment));
        assert_eq!(pack_game(&plan), Err(NotOneMoment));
    }
}
