//! What a caller asks for: the size, the quality and the random numbers of a still or of a clip, and how its bins
//! become pixels.

use woolgather_genome::{Genome, TemporalFilter};

use super::{MEMORY_BYTES_MAX, PlanError, SIZE_MAX};

/// A picture of a genome as it stands.
///
/// ```
/// use woolgather_render_kernel::StillSettings;
///
/// let small = StillSettings { width: 320, height: 180, ..StillSettings::default() };
/// assert_eq!(small.quality, 100.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StillSettings {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels; the genome's scale follows it, so that the picture shows the same part of the world.
    pub height: u32,
    /// Samples per pixel; replaces the genome's own.
    pub quality: f64,
    /// Same number, same picture.
    pub rng_seed: u64,
    /// How the bins become pixels.
    pub output: OutputSettings,
}

impl Default for StillSettings {
    /// 1280 × 720 pixels, 100 samples each.
    fn default() -> Self {
        Self {
            width: 1280,
            height: 720,
            quality: 100.0,
            rng_seed: 0,
            output: OutputSettings::default(),
        }
    }
}

/// How the bins of a frame become its pixels, and what that may cost.
///
/// The default is what flam3 does unless it is told otherwise, and what every frame of a clip gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputSettings {
    /// The frame has an alpha channel and no background; its colours are not multiplied by the alpha.
    pub transparency: bool,
    /// The tone map is applied to every bin, before the spatial filter: sharper edges where it is bright.
    pub early_clip: bool,
    /// The filter's name means the kernel of that name in the textbooks. Otherwise it means what flam3 applies,
    /// which for seven of the fourteen names is another one.
    pub true_filter_shapes: bool,
    /// A plan that would take more memory than this is refused.
    pub memory_bytes_max: u64,
}

impl Default for OutputSettings {
    fn default() -> Self {
        Self {
            transparency: false,
            early_clip: false,
            true_filter_shapes: false,
            memory_bytes_max: MEMORY_BYTES_MAX,
        }
    }
}

/// What a clip shows.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a program holds one or two of them at a time"
)]
pub enum ClipGenomes {
    /// A sheep turning once round itself.
    Loop(Genome),
    /// The way from one sheep to another.
    Edge(Genome, Genome),
}

/// A clip, all frames of which are drawn alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipSettings {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels; the genomes' scales follow it.
    pub height: u32,
    /// Frames of the clip.
    pub frames: u32,
    /// Samples per pixel; replaces the genomes' own.
    pub quality: f64,
    /// Moments of the shutter, per pass; replaces the genomes' own.
    pub temporal_samples: u32,
    /// The shutter; its width is in frames.
    pub temporal_filter: TemporalFilter,
    /// Same number, same clip; every frame has its own random streams.
    pub rng_seed: u64,
}

/// `genome` at another size and quality, showing the same height of the world.
pub(super) fn resized(
    genome: &Genome,
    width: u32,
    height: u32,
    quality: f64,
) -> Result<Genome, PlanError> {
    if !(1..=SIZE_MAX).contains(&width) || !(1..=SIZE_MAX).contains(&height) {
        return Err(PlanError::Size {
            width,
            height,
            limit: SIZE_MAX,
        });
    }
    if !(quality > 0.0 && quality.is_finite()) {
        return Err(PlanError::Quality { quality });
    }
    let scale = genome.scale * f64::from(height) / f64::from(genome.size[1]);
    Ok(Genome {
        size: [width, height],
        scale,
        quality,
        ..genome.clone()
    })
}
