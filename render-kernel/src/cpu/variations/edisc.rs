//! Edisc: a disc in elliptic coordinates.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants, elliptic::Elliptic};
use crate::math;

/// flam3's divisor, half of e^pi: it brings the disc to about unit size.
const SIZE: f64 = 11.570_346_32;

/// `k`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight / SIZE])
}

#[inline(always)]
pub(super) fn apply(&[k, ..]: &Constants, p: Point) -> Point {
    let at = Elliptic::new(p);
    let (s, c) = math::sin_cos(math::ln(at.size + at.above_one.sqrt()));
    let (sh, ch) = math::sinh_cosh(-math::atan2(at.height, p.x));
    let s = if p.y > 0.0 { -s } else { s };
    Point {
        x: k * ch * c,
        y: k * sh * s,
    }
}
