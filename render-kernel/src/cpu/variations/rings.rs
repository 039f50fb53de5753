//! Rings: cuts the plane into rings as wide as the affine map's translation tells.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `d`.
pub(super) fn prepare(v: &WeightedVariation, coefs: &Affine) -> Constants {
    constants([v.weight, coefs.c * coefs.c + 1e-10])
}

#[inline(always)]
pub(super) fn apply(&[w, d, ..]: &Constants, p: Point) -> Point {
    let r = p.radius();
    let q = math::remainder(r + d, 2.0 * d) - d + r * (1.0 - d);
    Point {
        x: w * q * (p.y / r),
        y: w * q * (p.x / r),
    }
}
