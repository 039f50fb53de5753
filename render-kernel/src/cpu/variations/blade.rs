//! Blade: swings x out and back by a random angle; y only sets how far.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point, draws: &mut Draws) -> Point {
    let (s, c) = math::sin_cos(draws.uniform() * w * p.radius());
    Point {
        x: w * p.x * (c + s),
        y: w * p.x * (c - s),
    }
}
