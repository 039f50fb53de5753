//! Fan2: swaps the halves of every blade of a fan of its own.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::PI;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `turn`, `blade`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [x, y, ..] = v.parameters;
    constants([v.weight, y, PI * (x * x + 1e-10)])
}

#[inline(always)]
pub(super) fn apply(&[w, turn, blade, ..]: &Constants, p: Point) -> Point {
    let phi = p.phi();
    let t = math::remainder(phi + turn, blade);
    let half = if t > 0.5 * blade {
        -0.5 * blade
    } else {
        0.5 * blade
    };
    let (s, c) = math::sin_cos(phi + half);
    let m = w * p.radius();
    Point { x: m * s, y: m * c }
}
