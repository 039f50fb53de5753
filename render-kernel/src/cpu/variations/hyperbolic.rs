//! Hyperbolic: inverts one axis and keeps the other.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, EPSILON, Point, constants};

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point) -> Point {
    let r = p.radius();
    let (sin_phi, cos_phi) = (p.x / r, p.y / r);
    Point {
        x: w * sin_phi / (r + EPSILON),
        y: w * cos_phi * (r + EPSILON),
    }
}
