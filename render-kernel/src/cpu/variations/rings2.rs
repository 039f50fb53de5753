//! Rings2: rings of a chosen width.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `d`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [width, ..] = v.parameters;
    constants([v.weight, width * width + 1e-10])
}

#[inline(always)]
pub(super) fn apply(&[w, d, ..]: &Constants, p: Point) -> Point {
    let r = p.radius();
    let q = r - 2.0 * d * math::trunc((r + d) / (2.0 * d)) + r * (1.0 - d);
    let m = w * q / r;
    Point {
        x: m * p.x,
        y: m * p.y,
    }
}
