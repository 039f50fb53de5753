//! Spiral: a spiral wound around the origin.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, EPSILON, Point, constants};
use crate::math;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point) -> Point {
    let r = p.radius();
    let q = r + EPSILON;
    let (s, c) = math::sin_cos(q);
    let (sin_phi, cos_phi) = (p.x / r, p.y / r);
    Point {
        x: w * (cos_phi + s) / q,
        y: w * (sin_phi - c) / q,
    }
}
