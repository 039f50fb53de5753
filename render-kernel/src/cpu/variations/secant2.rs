//! Secant2: hangs the plane on the secant of the radius.
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
    let c = math::cos(w * p.radius());
    let shift = if c < 0.0 { 1.0 } else { -1.0 };
    Point {
        x: w * p.x,
        y: w * (1.0 / c + shift),
    }
}
