//! Bent: stretches the left half and flattens the half below 0.
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
    let x = if p.x < 0.0 { 2.0 * p.x } else { p.x };
    let y = if p.y < 0.0 { 0.5 * p.y } else { p.y };
    Point { x: w * x, y: w * y }
}
