//! Polar2: angle and logarithm of the radius as coordinates.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::{PI, TAU};

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `x_scale`, `y_scale`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight / PI, v.weight / TAU])
}

#[inline(always)]
pub(super) fn apply(&[x_scale, y_scale, ..]: &Constants, p: Point) -> Point {
    Point {
        x: x_scale * p.phi(),
        y: y_scale * math::ln(p.radius_squared()),
    }
}
