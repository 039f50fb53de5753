//! Auger: ripples that grow with the distance from the axes.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `sym`, `weight`, `freq`, `half_scale`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [sym, weight, freq, scale, ..] = v.parameters;
    constants([v.weight, sym, weight, freq, scale / 2.0])
}

#[inline(always)]
pub(super) fn apply(&[w, sym, weight, freq, half_scale, ..]: &Constants, p: Point) -> Point {
    let s = math::sin(freq * p.x);
    let t = math::sin(freq * p.y);
    let x = p.x + weight * (half_scale * t + p.x.abs() * t);
    let y = p.y + weight * (half_scale * s + p.y.abs() * s);
    Point {
        x: w * (p.x + sym * (x - p.x)),
        y: w * y,
    }
}
