//! Sech: the complex hyperbolic secant.
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
    let (x, overflow) = hyperbolic_argument(p.x);
    let (s, c) = math::sin_cos(p.y);
    let (sh, ch) = math::sinh_cosh(x);
    let m = 2.0 * w / (math::cos(2.0 * p.y) + math::cosh(2.0 * x));
    Point {
        x: m * c * ch + overflow,
        y: -m * s * sh,
    }
}
