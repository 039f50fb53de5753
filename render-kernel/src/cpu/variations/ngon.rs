//! Ngon: bends circles towards polygons.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::TAU;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, EPSILON, Point, constants};
use crate::math;

/// `w`, `exponent`, `circle`, `corners`, `sector`, `sectors_per_radian`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [sides, power, circle, corners, ..] = v.parameters;
    constants([
        v.weight,
        power / 2.0,
        circle,
        corners,
        TAU / sides,
        sides / TAU,
    ])
}

#[inline(always)]
pub(super) fn apply(
    &[w, exponent, circle, corners, sector, sectors_per_radian, ..]: &Constants,
    p: Point,
) -> Point {
    let theta = p.theta();
    let t = theta - sector * math::floor(theta * sectors_per_radian);
    let t = if t > 0.5 * sector { t - sector } else { t };
    let bend = corners * (1.0 / (math::cos(t) + EPSILON) - 1.0) + circle;
    let m = w * bend / (math::pow(p.radius_squared(), exponent) + EPSILON);
    Point {
        x: m * p.x,
        y: m * p.y,
    }
}
