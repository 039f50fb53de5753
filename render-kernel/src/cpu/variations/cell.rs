//! Cell: shuffles the cells of a grid into one quadrant, like cards.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `size`, `inverse_size`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [size, ..] = v.parameters;
    constants([v.weight, size, 1.0 / size])
}

#[inline(always)]
pub(super) fn apply(&[w, size, inverse_size, ..]: &Constants, p: Point) -> Point {
    let (i, j) = (
        math::floor(p.x * inverse_size),
        math::floor(p.y * inverse_size),
    );
    let (x, y) = (p.x - i * size, p.y - j * size);
    Point {
        x: w * (x + spread(i) * size),
        y: -w * (y + spread(j) * size),
    }
}

/// The cell that cell `i` moves to: every other one, the negative ones on the odd places.
#[inline(always)]
fn spread(i: f32) -> f32 {
    if i >= 0.0 { 2.0 * i } else { -(2.0 * i + 1.0) }
}
