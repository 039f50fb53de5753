//! Curl: divides by a complex polynomial of the point.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};

/// `w`, `c1`, `c2`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [c1, c2, ..] = v.parameters;
    constants([v.weight, c1, c2])
}

#[inline(always)]
pub(super) fn apply(&[w, c1, c2, ..]: &Constants, p: Point) -> Point {
    let re = 1.0 + c1 * p.x + c2 * (p.x * p.x - p.y * p.y);
    let im = c1 * p.y + 2.0 * c2 * p.x * p.y;
    let m = w / (re * re + im * im);
    Point {
        x: m * (p.x * re + p.y * im),
        y: m * (p.y * re - p.x * im),
    }
}
