//! Bipolar: bipolar coordinates, shifted round.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::{FRAC_PI_2, TAU};

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

const HALF_PI: f32 = std::f32::consts::FRAC_PI_2;

/// `x_scale`, `y_scale`, `shift`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [shift, ..] = v.parameters;
    constants([v.weight / TAU, v.weight / FRAC_PI_2, shift * FRAC_PI_2])
}

#[inline(always)]
pub(super) fn apply(&[x_scale, y_scale, shift, ..]: &Constants, p: Point) -> Point {
    let (t, u) = (p.radius_squared() + 1.0, 2.0 * p.x);
    let v = 0.5 * math::atan2(2.0 * p.y, p.radius_squared() - 1.0) - shift;
    let v = if v > HALF_PI {
        -HALF_PI + math::remainder(v + HALF_PI, math::PI)
    } else if v < -HALF_PI {
        HALF_PI - math::remainder(HALF_PI - v, math::PI)
    } else {
        v
    };
    Point {
        x: x_scale * math::ln((t + u) / (t - u)),
        y: y_scale * v,
    }
}
