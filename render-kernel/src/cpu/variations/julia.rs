//! Julia: one of the two square roots, at random.
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
    let m = w * p.radius().sqrt();
    let (s, c) = math::sin_cos(0.5 * p.phi());
    // Half a turn more is the other root.
    let m = if draws.word() >> 31 == 1 { -m } else { m };
    Point { x: m * c, y: m * s }
}
