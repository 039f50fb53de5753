//! Flux: field lines between two poles, whose distance is the weight.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `size`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [spread, ..] = v.parameters;
    constants([v.weight, v.weight * (2.0 + spread)])
}

#[inline(always)]
pub(super) fn apply(&[w, size, ..]: &Constants, p: Point) -> Point {
    let (plus, minus) = (p.x + w, p.x - w);
    let a = 0.5 * (math::atan2(p.y, minus) - math::atan2(p.y, plus));
    let ratio = (plus * plus + p.y * p.y) / (minus * minus + p.y * p.y);
    let m = size * ratio.sqrt().sqrt();
    let (s, c) = math::sin_cos(a);
    Point { x: m * c, y: m * s }
}
