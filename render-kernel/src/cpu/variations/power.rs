//! Power: raises the radius to the sine of the angle.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point) -> Point {
    let r = p.radius();
    let (sin_phi, cos_phi) = (p.x / r, p.y / r);
    let m = w * math::pow(r, sin_phi);
    Point {
        x: m * cos_phi,
        y: m * sin_phi,
    }
}
