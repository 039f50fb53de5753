//! Ex: an X of cubed sines.
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
    let s = math::sin(phi + r);
    let c = math::cos(phi - r);
    let (s, c) = (s * s * s * r, c * c * c * r);
    Point {
        x: w * (s + c),
        y: w * (s - c),
    }
}
