//! Square: a random point of a square; where the orbit was does not matter.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 2;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, _p: Point, draws: &mut Draws) -> Point {
    Point {
        x: w * (draws.uniform() - 0.5),
        y: w * (draws.uniform() - 0.5),
    }
}
