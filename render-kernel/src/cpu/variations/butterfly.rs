//! Butterfly: two pairs of wings.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, EPSILON, Point, constants};

/// flam3's factor, 4 / sqrt(3 pi).
const SIZE: f64 = 1.302_940_031_741_12;

/// `size`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight * SIZE])
}

#[inline(always)]
pub(super) fn apply(&[size, ..]: &Constants, p: Point) -> Point {
    let square = p.x * p.x + 4.0 * p.y * p.y;
    let m = size * ((p.x * p.y).abs() / (EPSILON + square)).sqrt();
    Point {
        x: m * p.x,
        y: 2.0 * m * p.y,
    }
}
