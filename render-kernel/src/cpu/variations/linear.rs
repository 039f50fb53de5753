//! Linear: the point itself.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point) -> Point {
    Point {
        x: w * p.x,
        y: w * p.y,
    }
}
