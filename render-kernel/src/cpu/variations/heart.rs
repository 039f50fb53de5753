//! Heart: turns a point by its angle times its radius.
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
    let (s, c) = math::sin_cos(r * p.phi());
    Point {
        x: w * r * s,
        y: -w * r * c,
    }
}
