//! Flower: a random radius under a rose curve.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1;

/// `w`, `petals`, `holes`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [petals, holes, ..] = v.parameters;
    constants([v.weight, petals, holes])
}

#[inline(always)]
pub(super) fn apply(&[w, petals, holes, ..]: &Constants, p: Point, draws: &mut Draws) -> Point {
    let q = w * (draws.uniform() - holes) * math::cos(petals * p.theta()) / p.radius();
    Point {
        x: q * p.x,
        y: q * p.y,
    }
}
