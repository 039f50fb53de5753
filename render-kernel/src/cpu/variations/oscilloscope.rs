//! Oscilloscope: mirrors what lies below a fading wave and above its image.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::TAU;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `separation`, `pitch`, `amplitude`, `damping`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [separation, frequency, amplitude, damping, ..] = v.parameters;
    constants([v.weight, separation, TAU * frequency, amplitude, damping])
}

#[inline(always)]
pub(super) fn apply(
    &[w, separation, pitch, amplitude, damping, ..]: &Constants,
    p: Point,
) -> Point {
    let wave = amplitude * math::exp(-damping * p.x.abs()) * math::cos(pitch * p.x);
    let inside = p.y.abs() <= wave + separation;
    Point {
        x: w * p.x,
        y: if inside { -w * p.y } else { w * p.y },
    }
}
