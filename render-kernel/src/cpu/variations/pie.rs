//! Pie: a random point of a sliced disc; where the orbit was does not matter.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::TAU;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 3;

/// `w`, `slices`, `rotation`, `thickness`, `step`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [slices, rotation, thickness, ..] = v.parameters;
    constants([v.weight, slices, rotation, thickness, TAU / slices])
}

#[inline(always)]
pub(super) fn apply(
    &[w, slices, rotation, thickness, step, ..]: &Constants,
    _p: Point,
    draws: &mut Draws,
) -> Point {
    let k = math::trunc(draws.uniform() * slices + 0.5);
    let (s, c) = math::sin_cos(rotation + step * (k + draws.uniform() * thickness));
    let m = w * draws.uniform();
    Point { x: m * c, y: m * s }
}
