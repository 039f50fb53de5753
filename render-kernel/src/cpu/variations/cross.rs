//! Cross: throws points out along the diagonals.
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
    let d = (p.x - p.y) * (p.x + p.y);
    let m = w / (d * d + EPSILON).sqrt();
    Point {
        x: m * p.x,
        y: m * p.y,
    }
}
