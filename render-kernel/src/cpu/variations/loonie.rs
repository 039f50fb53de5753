//! Loonie: turns a disc inside out; its radius is the weight.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};

/// `w`, `w_squared`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight, v.weight * v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, w_squared, ..]: &Constants, p: Point) -> Point {
    let r2 = p.radius_squared();
    let m = if r2 < w_squared {
        w * (w_squared / r2 - 1.0).sqrt()
    } else {
        w
    };
    Point {
        x: m * p.x,
        y: m * p.y,
    }
}
