//! Popcorn2: shifts each axis by the sine of a tangent of the other.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants, tan};
use crate::math;

/// `w`, `x`, `y`, `c`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [x, y, c, ..] = v.parameters;
    constants([v.weight, x, y, c])
}

#[inline(always)]
pub(super) fn apply(&[w, x, y, c, ..]: &Constants, p: Point) -> Point {
    Point {
        x: w * (p.x + x * math::sin(tan(c * p.y))),
        y: w * (p.y + y * math::sin(tan(c * p.x))),
    }
}
