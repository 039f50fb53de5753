//! Diamond: folds circles into a diamond.
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
    let (s, c) = math::sin_cos(r);
    Point {
        x: w * sin_phi * c,
        y: w * cos_phi * s,
    }
}
