//! Twintrian: two spindles of random strokes; y only sets how wild.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f32::consts::LOG10_E;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1;

/// Beyond this flam3 calls the logarithm bad.
const LIMIT: f32 = 1e10;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point, draws: &mut Draws) -> Point {
    let (s, c) = math::sin_cos(draws.uniform() * w * p.radius());
    // The logarithm of the square, which itself would vanish too early in single precision.
    let d = 2.0 * LOG10_E * math::ln(s.abs()) + c;
    let d = if d.abs() <= LIMIT { d } else { -30.0 };
    Point {
        x: w * p.x * d,
        y: w * p.x * (d - math::PI * s),
    }
}
