//! Csc: the complex cosecant.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants, hyperbolic_argument};
use crate::math;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point) -> Point {
    let (y, overflow) = hyperbolic_argument(p.y);
    let (s, c) = math::sin_cos(p.x);
    let (sh, ch) = math::sinh_cosh(y);
    let m = 2.0 * w / (math::cosh(2.0 * y) - math::cos(2.0 * p.x));
    Point {
        x: m * s * ch + overflow,
        y: -m * c * sh,
    }
}
