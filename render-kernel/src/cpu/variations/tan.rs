//! Tan: the complex tangent.
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
    let (y, overflow) = doubled_argument(p.y);
    let (s, c) = math::sin_cos(p.x);
    let (sh, ch) = math::sinh_cosh(y);
    // Half the formula's denominator, in a form that does not cancel near the poles.
    let m = w / (c * c + sh * sh);
    Point {
        x: m * s * c,
        y: m * sh * ch + overflow,
    }
}
