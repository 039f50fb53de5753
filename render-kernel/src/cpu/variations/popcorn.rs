//! Popcorn: shifts each axis by the sine of a tangent of the other.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants, tan};
use crate::math;

/// `w`, `c`, `f`.
pub(super) fn prepare(v: &WeightedVariation, coefs: &Affine) -> Constants {
    constants([v.weight, coefs.c, coefs.f])
}

#[inline(always)]
pub(super) fn apply(&[w, c, f, ..]: &Constants, p: Point) -> Point {
    Point {
        x: w * (p.x + c * math::sin(tan(3.0 * p.y))),
        y: w * (p.y + f * math::sin(tan(3.0 * p.x))),
    }
}
