//! A genome made ready to be looked at in small.

use crate::{Estimator, Genome, limits};

/// `genome` in a picture of `size`, showing the same height of the world with the same smoothing.
pub(super) fn small(genome: &Genome, size: [u32; 2], quality: f64) -> Genome {
    let ratio = f64::from(size[1]) / f64::from(genome.size[1]);
    let scale = genome.scale * libm::exp2(genome.zoom) * ratio;
    let radius = genome.estimator.radius * ratio;
    Genome {
        size,
        scale: limits::SCALE.clamp(scale),
        zoom: 0.0,
        quality,
        passes: 1,
        supersample: 1,
        filter_radius: 0.5,
        estimator: Estimator {
            radius: limits::ESTIMATOR_RADIUS.clamp(radius),
            minimum: limits::ESTIMATOR_RADIUS.clamp(genome.estimator.minimum * ratio),
            ..genome.estimator
        },
        ..genome.clone()
    }
}
