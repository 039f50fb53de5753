//! Escher: the complex power that turns a picture in a picture into a spiral.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `real`, `imaginary`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [beta, ..] = v.parameters;
    constants([
        v.weight,
        0.5 * (1.0 + libm::cos(beta)),
        0.5 * libm::sin(beta),
    ])
}

#[inline(always)]
pub(super) fn apply(&[w, real, imaginary, ..]: &Constants, p: Point) -> Point {
    let (theta, log) = (p.theta(), 0.5 * math::ln(p.radius_squared()));
    let m = w * math::exp(real * log - imaginary * theta);
    let (s, c) = math::sin_cos(real * theta + imaginary * log);
    Point { x: m * c, y: m * s }
}
