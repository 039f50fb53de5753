//! What to draw, as plain numbers: everything that a backend needs for one frame.
//!
//! ```text
//! genome, settings, frame -> [FramePlan] -> cpu, gpu
//! ```
//!
//! A plan is made once per frame in double precision (transcendental functions come from `libm`), and holds
//! the numbers in the form the chaos game uses: single-precision maps, integer thresholds, fixed-point
//! palettes, kernel tables. No backend looks at a genome, so two backends cannot read one differently.
//!
//! Everything that could make a render too large is checked here, before anything is allocated.

mod clip;
mod density;
mod error;
mod filter;
mod keyframes;
mod memory;
mod moment;
mod selection;
mod settings;
mod shutter;
mod tone;

use woolgather_genome::{Genome, PaletteMode};

use crate::cpu::nudge::Nudge;
use crate::streams::Key;
use memory::Memory;

pub use clip::plan_clip_frame;
pub use error::PlanError;
pub use keyframes::{KeyframeSettings, plan_keyframes};
pub use settings::{ClipGenomes, ClipSettings, OutputSettings, StillSettings};

pub(crate) use density::{DensityPlan, Kernels};
pub(crate) use filter::FilterPlan;
pub(crate) use moment::{HIT, Map, Moment, XformPlan};
pub(crate) use selection::Selection;
pub(crate) use tone::TonePlan;

/// Points of a slab: 32 groups of 32.
pub(crate) const SLAB_POINTS: u32 = 1024;
/// Slabs that a moment is cut into where it is large enough.
const SLABS_WANTED: u64 = 256;
/// Fewest and most plotted steps of a slab: less wastes too much on the fuse, more answers a cancel too late.
const SLAB_STEPS: (u64, u64) = (128, 256);

/// Most bytes that a render may allocate, unless [`OutputSettings::memory_bytes_max`] says otherwise.
pub const MEMORY_BYTES_MAX: u64 = 3 << 30;
/// Most samples of a frame: 2³⁶, an hour or so of a sixteen-core machine.
pub const SAMPLES_MAX: u64 = 1 << 36;
/// Most moments of a frame, all passes together.
const MOMENTS_MAX: u64 = 4096;
/// Widest and highest picture in pixels.
const SIZE_MAX: u32 = 16_384;

/// One frame to draw.
///
/// Made by [`plan_still`], [`plan_clip_frame`] or [`plan_keyframes`], drawn by [`crate::render`]. Cloning is cheap next to a
/// render; printing one is for debugging only.
#[derive(Clone, Debug)]
pub struct FramePlan {
    pub(crate) shape: Shape,
    pub(crate) passes: u32,
    /// The moments of all passes: pass `p` has the `p`-th part of them.
    pub(crate) moments: Vec<Moment>,
    /// Plotted steps of a full slab.
    pub(crate) slab_steps: u32,
    pub(crate) palette_mode: PaletteMode,
    pub(crate) density: DensityPlan,
    pub(crate) filter: FilterPlan,
    pub(crate) tone: TonePlan,
    /// Rounds as another device might; for the measurement of a floor only.
    pub(crate) nudge: Option<Nudge>,
    memory: Memory,
}

/// The sizes of a frame and of its histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Pixels.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Bins per pixel along each axis.
    pub(crate) supersample: u32,
    /// Bins on every side that are recorded for the filters and not shown.
    pub(crate) gutter: u32,
}

impl Shape {
    /// Bins of a histogram row.
    pub(crate) fn bins_wide(&self) -> u32 {
        self.supersample * self.width + 2 * self.gutter
    }

    /// Rows of the histogram.
    pub(crate) fn bins_high(&self) -> u32 {
        self.supersample * self.height + 2 * self.gutter
    }

    fn bins(&self) -> u64 {
        u64::from(self.bins_wide()) * u64::from(self.bins_high())
    }
}

impl FramePlan {
    /// Width of the frame in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.shape.width
    }

    /// Height of the frame in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.shape.height
    }

    /// Orbit points that are plotted, those outside the picture included.
    ///
    /// This is what a render costs; the fuse of every slab comes on top.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.moments.iter().map(|moment| moment.samples).sum()
    }

    /// Orbit points that are computed: [`Self::samples`], and the fuse of every slab, whose points are not plotted.
    #[must_use]
    pub fn iterations(&self) -> u64 {
        let points = u64::from(SLAB_POINTS);
        let steps = |moment: &Moment| {
            let fuses = u64::from(self.slabs(moment.samples)) * u64::from(crate::cpu::FUSE);
            moment.samples.div_ceil(points) + fuses
        };
        self.moments.iter().map(steps).sum::<u64>() * points
    }

    /// Bytes that a render of this plan allocates at its peak on the current rayon pool, within an eighth.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        self.memory.peak_bytes(rayon::current_num_threads())
    }

    /// The same plan on a device that rounds in its own way.
    pub(crate) fn on_other_device(&self, device: u32) -> Self {
        Self {
            nudge: Some(Nudge { device }),
            ..self.clone()
        }
    }

    /// The moments of pass `pass`.
    pub(crate) fn moments_of(&self, pass: u32) -> &[Moment] {
        let per_pass = self.moments.len() / self.passes as usize;
        &self.moments[pass as usize * per_pass..][..per_pass]
    }

    /// Slabs of a moment with `samples` samples.
    pub(crate) fn slabs(&self, samples: u64) -> u32 {
        // A moment has at most SAMPLES_MAX samples, so the count fits.
        samples.div_ceil(self.slab_samples()) as u32
    }

    /// Samples of a full slab.
    pub(crate) fn slab_samples(&self) -> u64 {
        u64::from(self.slab_steps) * u64::from(SLAB_POINTS)
    }
}

/// Plans a picture of `genome` as it stands: without motion blur, loop or interpolation.
///
/// # Errors
///
/// A [`PlanError`] that names what is illegal or too large; ask for less, or mend the genome.
pub fn plan_still(genome: &Genome, settings: &StillSettings) -> Result<FramePlan, PlanError> {
    genome.check().map_err(PlanError::Genome)?;
    let sized = settings::resized(genome, settings.width, settings.height, settings.quality)?;
    let genomes = vec![sized.clone(); sized.passes as usize];
    let weights = vec![1.0; genomes.len()];
    assemble(
        &sized,
        &genomes,
        &weights,
        Key::new(settings.rng_seed).derive(0),
        &settings.output,
    )
}

/// Puts the parts of a plan together.
///
/// `leader` gives the sizes and the filters, `genomes` and `weights` the moments of all passes.
fn assemble(
    leader: &Genome,
    genomes: &[Genome],
    weights: &[f64],
    key: Key,
    output: &OutputSettings,
) -> Result<FramePlan, PlanError> {
    let moments_count = genomes.len() as u64;
    if moments_count > MOMENTS_MAX {
        return Err(PlanError::Moments {
            moments: moments_count,
            limit: MOMENTS_MAX,
        });
    }
    let samples = samples(leader)?;

    let filter = FilterPlan::new(leader, output.true_filter_shapes);
    let table_bytes = density::table_bytes(leader)?;
    let shape = shape(leader, filter.width);

    let share = |i: u64| (u128::from(samples) * u128::from(i) / u128::from(moments_count)) as u64;
    let moments = genomes
        .iter()
        .zip(weights)
        .enumerate()
        .map(|(i, (genome, &weight))| {
            let i = i as u64;
            let samples = share(i + 1) - share(i);
            Moment::new(genome, weight, samples, &shape, key.derive(i as u32))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let memory = Memory::new(&shape, leader.passes, &moments, table_bytes);
    memory.check(output.memory_bytes_max)?;

    let mean_weight = weights.iter().sum::<f64>() / moments_count as f64;
    let per_moment = samples / moments_count;
    let slab_steps = per_moment.div_ceil(u64::from(SLAB_POINTS) * SLABS_WANTED);
    Ok(FramePlan {
        passes: leader.passes,
        moments,
        slab_steps: slab_steps.clamp(SLAB_STEPS.0, SLAB_STEPS.1) as u32,
        palette_mode: leader.palette_mode,
        density: DensityPlan::new(leader, mean_weight, &shape),
        filter,
        tone: TonePlan::new(leader, genomes, output),
        nudge: None,
        memory,
        shape,
    })
}

/// Samples of a frame: the quality, more where the camera is zoomed in, for every pixel.
fn samples(genome: &Genome) -> Result<u64, PlanError> {
    let pixels = f64::from(genome.size[0]) * f64::from(genome.size[1]);
    let samples = genome.quality * libm::pow(4.0, genome.zoom) * pixels;
    if samples > SAMPLES_MAX as f64 {
        return Err(PlanError::Samples {
            samples,
            limit: SAMPLES_MAX,
        });
    }
    Ok(samples.round() as u64)
}

/// The sizes of `genome`'s histogram, with room for both filters around it.
fn shape(genome: &Genome, filter_width: u32) -> Shape {
    let supersample = genome.supersample;
    // flam3 keeps `supersample - 1` more bins where density estimation is on.
    let estimator = genome.estimator.radius.ceil() as u32 * supersample;
    let estimator = if estimator > 0 {
        estimator + supersample - 1
    } else {
        0
    };
    Shape {
        width: genome.size[0],
        height: genome.size[1],
        supersample,
        gutter: estimator.max((filter_width - supersample) / 2),
    }
}
