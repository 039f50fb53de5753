//! Arch: a random point of an arch; where the orbit was does not matter.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::PI;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1;

/// `w`, `span`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight, v.weight * PI])
}

#[inline(always)]
pub(super) fn apply(&[w, span, ..]: &Constants, _p: Point, draws: &mut Draws) -> Point {
    let (s, c) = math::sin_cos(span * draws.uniform());
    Point {
        x: w * s,
        y: w * s * s / c,
    }
}
