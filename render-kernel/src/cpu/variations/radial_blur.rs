//! Radial_blur: smears a point round the origin, towards it, or both.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::FRAC_PI_2;

use woolgather_genome::{Affine, WeightedVariation};

use super::{BELL_DRAWS, Constants, Point, bell, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = BELL_DRAWS;

/// `w`, `spin`, `zoom`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [angle, ..] = v.parameters;
    constants([
        v.weight,
        libm::sin(angle * FRAC_PI_2),
        libm::cos(angle * FRAC_PI_2),
    ])
}

#[inline(always)]
pub(super) fn apply(&[w, spin, zoom, ..]: &Constants, p: Point, draws: &mut Draws) -> Point {
    let g = w * bell(draws);
    let r = p.radius();
    let (s, c) = math::sin_cos(p.theta() + spin * g);
    let m = zoom * g - 1.0;
    Point {
        x: r * c + m * p.x,
        y: r * s + m * p.y,
    }
}
