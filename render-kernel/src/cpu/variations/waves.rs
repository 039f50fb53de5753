//! Waves: shifts each axis by the sine of the other.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `b`, `e`, `x_frequency`, `y_frequency`.
pub(super) fn prepare(v: &WeightedVariation, coefs: &Affine) -> Constants {
    constants([
        v.weight,
        coefs.b,
        coefs.e,
        1.0 / (coefs.c * coefs.c + 1e-10),
        1.0 / (coefs.f * coefs.f + 1e-10),
    ])
}

#[inline(always)]
pub(super) fn apply(&[w, b, e, x_frequency, y_frequency, ..]: &Constants, p: Point) -> Point {
    Point {
        x: w * (p.x + b * math::sin(p.y * x_frequency)),
        y: w * (p.y + e * math::sin(p.x * y_frequency)),
    }
}
