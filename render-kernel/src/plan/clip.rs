//! One frame of a clip: the moments of an open shutter around the frame's time.

use woolgather_genome::{Genome, TemporalFilterShape, edge_genome, loop_genome};

use super::settings::resized;
use super::{ClipGenomes, ClipSettings, FramePlan, OutputSettings, PlanError, assemble};
use crate::streams::Key;

/// Plans frame `frame` of a clip.
///
/// Frame `k` of `n` shows the loop or the edge at `k / n`. The shutter is open for the temporal filter's width
/// in frames, half of it before the frame's time and half after. A loop's shutter runs round its end; at the
/// ends of an edge it sees the neighbouring loops, so that a loop and an edge that share a keyframe show the
/// same movement there.
///
/// # Errors
///
/// A [`PlanError`] that names what is illegal or too large.
pub fn plan_clip_frame(
    genomes: &ClipGenomes,
    settings: &ClipSettings,
    frame: u32,
) -> Result<FramePlan, PlanError> {
    if frame >= settings.frames {
        return Err(PlanError::Frame {
            frame,
            frames: settings.frames,
        });
    }
    check_shutter(settings)?;
    genomes.check()?;
    let at = |time: f64| {
        let genome = genomes.at(time / f64::from(settings.frames));
        resized(&genome, settings.width, settings.height, settings.quality)
    };
    let leader = at(f64::from(frame))?;
    let moments = settings.temporal_samples * leader.passes;
    let shutter: Vec<_> = shutter(settings, moments).collect();
    let moments = shutter
        .iter()
        .map(|&(delay, _)| at(f64::from(frame) + delay))
        .collect::<Result<Vec<_>, _>>()?;
    let weights: Vec<f64> = shutter.iter().map(|&(_, weight)| weight).collect();
    assemble(
        &leader,
        &moments,
        &weights,
        Key::new(settings.rng_seed).derive(frame),
        &OutputSettings::default(),
    )
}

impl ClipGenomes {
    fn check(&self) -> Result<(), PlanError> {
        let (one, other) = match self {
            Self::Loop(genome) => (genome, genome),
            Self::Edge(from, to) => (from, to),
        };
        one.check()
            .and_then(|()| other.check())
            .map_err(PlanError::Genome)
    }

    /// The genome at `blend`, 0 to 1 over the clip's length and a little beyond both ends.
    fn at(&self, blend: f64) -> Genome {
        match self {
            Self::Loop(genome) => loop_genome(genome, blend - blend.floor()),
            Self::Edge(from, _) if blend < 0.0 => loop_genome(from, blend - blend.floor()),
            Self::Edge(_, to) if blend >= 1.0 => loop_genome(to, blend - blend.floor()),
            Self::Edge(from, to) => edge_genome(from, to, blend),
        }
    }
}

fn check_shutter(settings: &ClipSettings) -> Result<(), PlanError> {
    let filter = &settings.temporal_filter;
    let legal = (1..=1024).contains(&settings.temporal_samples)
        && (0.0..=64.0).contains(&filter.width)
        && filter.exponent.abs() <= 100.0;
    if legal {
        return Ok(());
    }
    Err(PlanError::Shutter {
        temporal_samples: settings.temporal_samples,
        width: filter.width,
        exponent: filter.exponent,
    })
}

/// The moments of the shutter: when, in frames from the frame's time, and how much it counts, at most 1.
fn shutter(settings: &ClipSettings, moments: u32) -> impl Iterator<Item = (f64, f64)> {
    let filter = settings.temporal_filter;
    let count = f64::from(moments);
    let weight = move |i: u32| {
        let i = f64::from(i);
        match filter.shape {
            TemporalFilterShape::Box => 1.0,
            TemporalFilterShape::Gaussian => {
                let t = 1.5 * (i - count / 2.0).abs() / (count / 2.0);
                libm::exp(-2.0 * t * t)
            }
            TemporalFilterShape::Exp if filter.exponent >= 0.0 => {
                libm::pow((i + 1.0) / count, filter.exponent)
            }
            TemporalFilterShape::Exp => libm::pow((count - i) / count, -filter.exponent),
        }
    };
    let greatest = (0..moments).map(weight).fold(0.0, f64::max);
    (0..moments).map(move |i| {
        let place = if moments == 1 {
            0.0
        } else {
            f64::from(i) / (count - 1.0) - 0.5
        };
        (place * filter.width, weight(i) / greatest)
    })
}

#[cfg(test)]
mod tests;
