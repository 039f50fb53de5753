//! Juliascope: julian with every other branch mirrored.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f32::consts::TAU;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1;

/// `w`, `branches`, `inverse_power`, `exponent`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [power, dist, ..] = v.parameters;
    constants([v.weight, power.abs(), 1.0 / power, dist / power / 2.0])
}

#[inline(always)]
pub(super) fn apply(
    &[w, branches, inverse_power, exponent, ..]: &Constants,
    p: Point,
    draws: &mut Draws,
) -> Point {
    let k = math::trunc(branches * draws.uniform());
    let odd = k - 2.0 * math::floor(0.5 * k) == 1.0;
    let theta = if odd { -p.theta() } else { p.theta() };
    let (s, c) = math::sin_cos((TAU * k + theta) * inverse_power);
    let m = w * math::pow(p.radius_squared(), exponent);
    Point { x: m * c, y: m * s }
}
