//! Coth: the complex hyperbolic cotangent.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants, doubled_argument};
use crate::math;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point) -> Point {
    let (x, overflow) = doubled_argument(p.x);
    let (s, c) = math::sin_cos(2.0 * p.y);
    let (sh, ch) = math::sinh_cosh(2.0 * x);
    let m = w / (ch - c);
    Point {
        x: m * sh + overflow,
        y: m * s,
    }
}
