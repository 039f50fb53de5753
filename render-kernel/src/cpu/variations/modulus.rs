//! Modulus: wraps the plane into a rectangle.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `width`, `height`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [x, y, ..] = v.parameters;
    constants([v.weight, x, y])
}

#[inline(always)]
pub(super) fn apply(&[w, width, height, ..]: &Constants, p: Point) -> Point {
    Point {
        x: w * wrap(p.x, width),
        y: w * wrap(p.y, height),
    }
}

/// One axis: the place wrapped into ±`size`.
#[inline(always)]
fn wrap(x: f32, size: f32) -> f32 {
    if x > size {
        -size + math::remainder(x + size, 2.0 * size)
    } else if x < -size {
        size - math::remainder(size - x, 2.0 * size)
    } else {
        x
    }
}
