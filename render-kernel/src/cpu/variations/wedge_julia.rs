//! Wedge_julia: julian, then wedge.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f32::consts::TAU;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1;

/// `w`, `angle`, `count`, `narrowing`, `branches`, `inverse_power`, `exponent`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [angle, count, power, dist, ..] = v.parameters;
    constants([
        v.weight,
        angle,
        count,
        1.0 - angle * count / std::f64::consts::TAU,
        power.abs(),
        1.0 / power,
        dist / power / 2.0,
    ])
}

#[inline(always)]
pub(super) fn apply(
    &[
        w,
        angle,
        count,
        narrowing,
        branches,
        inverse_power,
        exponent,
        ..,
    ]: &Constants,
    p: Point,
    draws: &mut Draws,
) -> Point {
    let k = math::trunc(branches * draws.uniform());
    let a = (p.theta() + TAU * k) * inverse_power;
    let c = math::floor((count * a + math::PI) * (1.0 / TAU));
    let (s, c) = math::sin_cos(a * narrowing + c * angle);
    let m = w * math::pow(p.radius_squared(), exponent);
    Point { x: m * c, y: m * s }
}
