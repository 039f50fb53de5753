//! Foci: elliptic coordinates seen from their foci.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants, hyperbolic_argument};
use crate::math;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point) -> Point {
    let (x, overflow) = hyperbolic_argument(p.x);
    let p_half = 0.5 * math::exp(x);
    let q_half = 0.25 / p_half;
    let (s, c) = math::sin_cos(p.y);
    let t = w / (p_half + q_half - c);
    Point {
        x: t * (p_half - q_half) + overflow,
        y: t * s,
    }
}
