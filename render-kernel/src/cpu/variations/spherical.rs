//! Spherical: inversion in the unit circle.
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
    let m = w / (p.radius_squared() + EPSILON);
    Point {
        x: m * p.x,
        y: m * p.y,
    }
}
