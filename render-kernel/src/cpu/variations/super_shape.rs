//! Super_shape: Gielis' superformula as a radius.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1;

/// `w`, `rnd`, `m`, `n2`, `n3`, `exponent`, `holes`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [rnd, m, n1, n2, n3, holes, ..] = v.parameters;
    let rnd = rnd.clamp(0.0, 1.0);
    constants([v.weight, rnd, m / 4.0, n2, n3, -1.0 / n1, holes])
}

#[inline(always)]
pub(super) fn apply(
    &[w, rnd, m, n2, n3, exponent, holes, ..]: &Constants,
    p: Point,
    draws: &mut Draws,
) -> Point {
    let r = p.radius();
    let (s, c) = math::sin_cos(m * p.theta() + 0.25 * math::PI);
    let sum = math::pow(c.abs(), n2) + math::pow(s.abs(), n3);
    let size = rnd * draws.uniform() + (1.0 - rnd) * r - holes;
    let q = w * size * math::pow(sum, exponent) / r;
    Point {
        x: q * p.x,
        y: q * p.y,
    }
}
