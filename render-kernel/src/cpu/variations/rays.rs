//! Rays: random rays out of a bright middle.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::PI;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, EPSILON, Point, constants, tan};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1;

/// `w_squared`, `span`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight * v.weight, v.weight * PI])
}

#[inline(always)]
pub(super) fn apply(&[w_squared, span, ..]: &Constants, p: Point, draws: &mut Draws) -> Point {
    let m = w_squared / (p.radius_squared() + EPSILON) * tan(span * draws.uniform());
    Point {
        x: m * math::cos(p.x),
        y: m * math::sin(p.y),
    }
}
