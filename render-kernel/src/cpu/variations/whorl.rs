//! Whorl: winds ever faster towards a circle; its radius is the weight.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `inside`, `outside`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [inside, outside, ..] = v.parameters;
    constants([v.weight, inside, outside])
}

#[inline(always)]
pub(super) fn apply(&[w, inside, outside, ..]: &Constants, p: Point) -> Point {
    let r = p.radius();
    let winding = if r < w { inside } else { outside };
    let (s, c) = math::sin_cos(p.theta() + winding / (w - r));
    Point {
        x: w * r * c,
        y: w * r * s,
    }
}
