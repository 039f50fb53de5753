//! Lazysusan: turns and twists a disc; what lies outside keeps its distance.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `spin`, `space`, `twist`, `x`, `y`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [spin, space, twist, x, y, ..] = v.parameters;
    constants([v.weight, spin, space, twist, x, y])
}

#[inline(always)]
pub(super) fn apply(&[w, spin, space, twist, x, y, ..]: &Constants, p: Point) -> Point {
    let from = Point {
        x: p.x - x,
        y: p.y + y,
    };
    let r = from.radius();
    let (s, c) = math::sin_cos(from.theta() + spin + twist * (w - r));
    let m = w * (1.0 + space / r);
    let (to_x, to_y) = if r < w {
        (w * r * c, w * r * s)
    } else {
        (m * from.x, m * from.y)
    };
    Point {
        x: to_x + x,
        y: to_y - y,
    }
}
