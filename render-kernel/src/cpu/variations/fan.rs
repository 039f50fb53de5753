//! Fan: swaps the halves of every blade of a fan.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::PI;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `f`, `blade`.
pub(super) fn prepare(v: &WeightedVariation, coefs: &Affine) -> Constants {
    constants([v.weight, coefs.f, PI * (coefs.c * coefs.c + 1e-10)])
}

#[inline(always)]
pub(super) fn apply(&[w, f, blade, ..]: &Constants, p: Point) -> Point {
    let phi = p.phi();
    let late = math::remainder(phi + f, blade) > 0.5 * blade;
    let half = if late { -0.5 * blade } else { 0.5 * blade };
    let (s, c) = math::sin_cos(phi + half);
    let m = w * p.radius();
    Point { x: m * c, y: m * s }
}
