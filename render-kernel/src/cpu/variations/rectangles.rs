//! Rectangles: mirrors every cell of a grid at its middle.
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
        x: w * mirror(p.x, width),
        y: w * mirror(p.y, height),
    }
}

/// One axis: the place mirrored within its cell of size `size`; 0 leaves the axis alone.
#[inline(always)]
fn mirror(x: f32, size: f32) -> f32 {
    let mirrored = (2.0 * math::floor(x / size) + 1.0) * size - x;
    if size == 0.0 { x } else { mirrored }
}
