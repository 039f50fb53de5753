//! Curve: lifts a bell-shaped ridge out of each axis.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `x_height`, `y_height`, `x_fall`, `y_fall`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [x_height, y_height, x_length, y_length, ..] = v.parameters;
    constants([
        v.weight,
        x_height,
        y_height,
        -1.0 / (x_length * x_length).max(1e-20),
        -1.0 / (y_length * y_length).max(1e-20),
    ])
}

#[inline(always)]
pub(super) fn apply(&[w, x_height, y_height, x_fall, y_fall, ..]: &Constants, p: Point) -> Point {
    Point {
        x: w * (p.x + x_height * math::exp(p.y * p.y * x_fall)),
        y: w * (p.y + y_height * math::exp(p.x * p.x * y_fall)),
    }
}
