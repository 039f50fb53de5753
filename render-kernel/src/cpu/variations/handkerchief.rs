//! Handkerchief: turns its two axes apart by the radius.
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
    let (r, phi) = (p.radius(), p.phi());
    Point {
        x: w * r * math::sin(phi + r),
        y: w * r * math::cos(phi - r),
    }
}
