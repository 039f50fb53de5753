//! Pdj: Peter de Jong's map.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `a`, `b`, `c`, `d`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [a, b, c, d, ..] = v.parameters;
    constants([v.weight, a, b, c, d])
}

#[inline(always)]
pub(super) fn apply(&[w, a, b, c, d, ..]: &Constants, p: Point) -> Point {
    Point {
        x: w * (math::sin(a * p.y) - math::cos(b * p.x)),
        y: w * (math::sin(c * p.x) - math::cos(d * p.y)),
    }
}
