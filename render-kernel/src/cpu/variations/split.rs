//! Split: mirrors every other stripe of each axis.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use std::f64::consts::PI;

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;

/// `w`, `x_pitch`, `y_pitch`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [x_size, y_size, ..] = v.parameters;
    constants([v.weight, PI * x_size, PI * y_size])
}

#[inline(always)]
pub(super) fn apply(&[w, x_pitch, y_pitch, ..]: &Constants, p: Point) -> Point {
    let flip_x = math::cos(y_pitch * p.y) >= 0.0;
    let flip_y = math::cos(x_pitch * p.x) >= 0.0;
    Point {
        x: if flip_x { w * p.x } else { -w * p.x },
        y: if flip_y { w * p.y } else { -w * p.y },
    }
}
