//! Parabola: a random point under the squared sine of the radius.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 2;

/// `tall`, `wide`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [height, width, ..] = v.parameters;
    constants([v.weight * height, v.weight * width])
}

#[inline(always)]
pub(super) fn apply(&[tall, wide, ..]: &Constants, p: Point, draws: &mut Draws) -> Point {
    let (s, c) = math::sin_cos(p.radius());
    Point {
        x: tall * s * s * draws.uniform(),
        y: wide * c * draws.uniform(),
    }
}
