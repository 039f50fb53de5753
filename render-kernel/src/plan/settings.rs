//! What a caller asks for: the size, the quality and the random numbers of a still or of a clip.

use woolgather_genome::{Genome, TemporalFilter};

use super::{PlanError, SIZE_MAX};

/// A picture of a genome as it stands.
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
