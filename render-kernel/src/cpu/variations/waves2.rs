//! Waves2: shifts each axis by the sine of the other, pitch and size its own.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `x_frequency`, `y_frequency`, `x_scale`, `y_scale`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [x_frequency, y_frequency, x_scale, y_scale, ..] = v.parameters;
    constants([v.weight, x_frequency, y_frequency, x_scale, y_scale])
}

#[inline(always)]
pub(super) fn apply(
    &[w, x_frequency, y_frequency, x_scale, y_scale, ..]: &Constants,
    p: Point,
) -> Point {
    Point {
        x: w * (p.x + x_scale * math::sin(p.y * x_frequency)),
        y: w * (p.y + y_scale * math::sin(p.x * y_frequency)),
    }
}
