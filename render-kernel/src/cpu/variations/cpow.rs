//! Cpow: a complex power, one of its branches at random.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::TAU;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1;

/// `w`, `real`, `imaginary`, `step`, `power`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [r, i, power, ..] = v.parameters;
    constants([v.weight, r / power, i / power, TAU / power, power])
}

#[inline(always)]
pub(super) fn apply(
    &[w, real, imaginary, step, power, ..]: &Constants,
    p: Point,
    draws: &mut Draws,
) -> Point {
    let (theta, log) = (p.theta(), 0.5 * math::ln(p.radius_squared()));
    let branch = math::floor(power * draws.uniform());
    let (s, c) = math::sin_cos(real * theta + imaginary * log + step * branch);
    let m = w * math::exp(real * log - imaginary * theta);
    Point { x: m * c, y: m * s }
}
