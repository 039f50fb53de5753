//! Bent2: stretches the negative half of each axis.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};

/// `w`, `x_stretch`, `y_stretch`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [x, y, ..] = v.parameters;
    constants([v.weight, x, y])
}

#[inline(always)]
pub(super) fn apply(&[w, x_stretch, y_stretch, ..]: &Constants, p: Point) -> Point {
    let x = if p.x < 0.0 { p.x * x_stretch } else { p.x };
    let y = if p.y < 0.0 { p.y * y_stretch } else { p.y };
    Point { x: w * x, y: w * y }
}
