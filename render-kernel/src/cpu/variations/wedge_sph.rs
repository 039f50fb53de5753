//! Wedge_sph: cuts wedges out of the plane turned inside out.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f32::consts::TAU;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, EPSILON, Point, constants};
use crate::math;

/// `w`, `angle`, `hole`, `count`, `swirl`, `narrowing`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [angle, hole, count, swirl, ..] = v.parameters;
    constants([
        v.weight,
        angle,
        hole,
        count,
        swirl,
        1.0 - angle * count / std::f64::consts::TAU,
    ])
}

#[inline(always)]
pub(super) fn apply(&[w, angle, hole, count, swirl, narrowing, ..]: &Constants, p: Point) -> Point {
    let r = 1.0 / (p.radius() + EPSILON);
    let a = p.theta() + swirl * r;
    let c = math::floor((count * a + math::PI) * (1.0 / TAU));
    let (s, c) = math::sin_cos(a * narrowing + c * angle);
    let m = w * (r + hole);
    Point { x: m * c, y: m * s }
}
