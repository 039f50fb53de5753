//! One frame of a clip: the moments of an open shutter around the frame's time.

use woolgather_genome::{Genome, edge_genome, loop_genome};

use super::settings::resized;
use super::{ClipGenomes, ClipSettings, FramePlan, OutputSettings, PlanError, assemble, shutter};
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
    shutter::check(settings.temporal_samples, &settings.temporal_filter)?;
    genomes.check()?;
    let at = |time: f64| {
        let genome = genomes.at(time / f64::from(settings.frames));
        resized(&genome, settings.width, settings.height, settings.quality)
    };
    let leader = at(f64::from(frame))?;
    let moments = settings.temporal_samples * leader.passes;
    let shutter: Vec<_> = shutter::moments(settings.temporal_filter, moments).collect();
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

#[cfg(test)]
mod tests {
    use woolgather_genome::parse_flames;

    use super::*;

    #[test]
    fn a_loop_runs_round_its_end_and_an_edge_begins_and_ends_in_loops() {
        let flames = [
            include_str!("../../../genome/tests/data/oracle/27_random_s3.flam3"),
            include_str!("../../../genome/tests/data/oracle/28_random_s4.flam3"),
        ]
        .map(|xml| parse_flames(xml).unwrap().remove(0));
        let turning = ClipGenomes::Loop(flames[0].clone());
        assert_eq!(turning.at(-0.125), turning.at(0.875));
        let passing = ClipGenomes::Edge(flames[0].clone(), flames[1].clone());
        assert_eq!(passing.at(-0.125), turning.at(0.875));
        assert_eq!(
            passing.at(1.125),
            ClipGenomes::Loop(flames[1].clone()).at(0.125)
        );
    }
}
