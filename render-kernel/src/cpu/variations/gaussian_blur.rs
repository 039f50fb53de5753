//! Gaussian_blur: a random point of a soft spot; where the orbit was does not matter.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f32::consts::TAU;

use woolgather_genome::{Affine, WeightedVariation};

use super::{BELL_DRAWS, Constants, Point, bell, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1 + BELL_DRAWS;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, _p: Point, draws: &mut Draws) -> Point {
    let (s, c) = math::sin_cos(TAU * draws.uniform());
    let m = w * bell(draws);
    Point { x: m * c, y: m * s }
}
