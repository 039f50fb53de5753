//! Disc: winds the plane up inside the unit disc; the angle becomes the radius.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::PI;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w_over_pi`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight / PI])
}

#[inline(always)]
pub(super) fn apply(&[w_over_pi, ..]: &Constants, p: Point) -> Point {
    let m = w_over_pi * p.phi();
    let (s, c) = math::sin_cos(math::PI * p.radius());
    Point { x: m * s, y: m * c }
}
