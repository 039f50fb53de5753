//! Stripes: cuts the plane into bent stripes.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `narrowing`, `warp`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [space, warp, ..] = v.parameters;
    constants([v.weight, 1.0 - space, warp])
}

#[inline(always)]
pub(super) fn apply(&[w, narrowing, warp, ..]: &Constants, p: Point) -> Point {
    let stripe = math::floor(p.x + 0.5);
    let x = p.x - stripe;
    Point {
        x: w * (x * narrowing + stripe),
        y: w * (p.y + x * x * warp),
    }
}
