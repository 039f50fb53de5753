//! Splits: pulls the four quadrants apart.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};

/// `w`, `x_shift`, `y_shift`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [x_shift, y_shift, ..] = v.parameters;
    constants([v.weight, x_shift, y_shift])
}

#[inline(always)]
pub(super) fn apply(&[w, x_shift, y_shift, ..]: &Constants, p: Point) -> Point {
    let x = if p.x >= 0.0 {
        p.x + x_shift
    } else {
        p.x - x_shift
    };
    let y = if p.y >= 0.0 {
        p.y + y_shift
    } else {
        p.y - y_shift
    };
    Point { x: w * x, y: w * y }
}
