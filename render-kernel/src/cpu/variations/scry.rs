//! Scry: the plane in a crystal ball; the weight is in the ball and does not multiply.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};

/// `ball`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([1.0 / (v.weight + 1e-10)])
}

#[inline(always)]
pub(super) fn apply(&[ball, ..]: &Constants, p: Point) -> Point {
    let m = 1.0 / (p.radius() * (p.radius_squared() + ball));
    Point {
        x: m * p.x,
        y: m * p.y,
    }
}
