//! Polar: angle and radius as coordinates.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::PI;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};

/// `w`, `w_over_pi`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight, v.weight / PI])
}

#[inline(always)]
pub(super) fn apply(&[w, w_over_pi, ..]: &Constants, p: Point) -> Point {
    Point {
        x: w_over_pi * p.phi(),
        y: w * (p.radius() - 1.0),
    }
}
