//! Exponential: `e^(x - 1)` at the angle `pi y`.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point) -> Point {
    let m = w * math::exp(p.x - 1.0);
    let (s, c) = math::sin_cos(math::PI * p.y);
    Point { x: m * c, y: m * s }
}
