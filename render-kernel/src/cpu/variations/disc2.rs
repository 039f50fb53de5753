//! Disc2: a disc wound up along the diagonal and twisted.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::{PI, TAU};

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w_over_pi`, `pitch`, `x_shift`, `y_shift`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [rot, twist, ..] = v.parameters;
    let growth = if twist > TAU {
        1.0 + twist - TAU
    } else if twist < -TAU {
        1.0 + twist + TAU
    } else {
        1.0
    };
    constants([
        v.weight / PI,
        rot * PI,
        (libm::cos(twist) - 1.0) * growth,
        libm::sin(twist) * growth,
    ])
}

#[inline(always)]
pub(super) fn apply(&[w_over_pi, pitch, x_shift, y_shift, ..]: &Constants, p: Point) -> Point {
    let m = w_over_pi * p.phi();
    let (s, c) = math::sin_cos(pitch * (p.x + p.y));
    Point {
        x: m * (s + x_shift),
        y: m * (c + y_shift),
    }
}
