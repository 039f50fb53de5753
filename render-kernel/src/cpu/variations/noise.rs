//! Noise: scatters each axis by the same random length and angle.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f32::consts::TAU;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 2;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point, draws: &mut Draws) -> Point {
    let (s, c) = math::sin_cos(TAU * draws.uniform());
    let m = w * draws.uniform();
    Point {
        x: m * p.x * c,
        y: m * p.y * s,
    }
}
