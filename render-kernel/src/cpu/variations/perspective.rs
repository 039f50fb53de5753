//! Perspective: the plane tilted away from the eye.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::FRAC_PI_2;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};

/// `x_scale`, `y_scale`, `sine`, `dist`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [angle, dist, ..] = v.parameters;
    let tilt = angle * FRAC_PI_2;
    constants([
        v.weight * dist,
        v.weight * dist * libm::cos(tilt),
        libm::sin(tilt),
        dist,
    ])
}

#[inline(always)]
pub(super) fn apply(&[x_scale, y_scale, sine, dist, ..]: &Constants, p: Point) -> Point {
    let t = 1.0 / (dist - p.y * sine);
    Point {
        x: x_scale * p.x * t,
        y: y_scale * p.y * t,
    }
}
