//! Blob: a radius that swings between two bounds with the angle.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `low`, `span`, `waves`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [low, high, waves, ..] = v.parameters;
    constants([v.weight, low, high - low, waves])
}

#[inline(always)]
pub(super) fn apply(&[w, low, span, waves, ..]: &Constants, p: Point) -> Point {
    let m = w * (low + span * (0.5 + 0.5 * math::sin(waves * p.phi())));
    Point {
        x: m * p.x,
        y: m * p.y,
    }
}
