//! Conic: a random radius under a conic section.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1;

/// `w`, `eccentricity`, `holes`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [eccentricity, holes, ..] = v.parameters;
    constants([v.weight, eccentricity, holes])
}

#[inline(always)]
pub(super) fn apply(
    &[w, eccentricity, holes, ..]: &Constants,
    p: Point,
    draws: &mut Draws,
) -> Point {
    let r = p.radius();
    let section = eccentricity / (1.0 + eccentricity * (p.x / r));
    let q = w * (draws.uniform() - holes) * section / r;
    Point {
        x: q * p.x,
        y: q * p.y,
    }
}
