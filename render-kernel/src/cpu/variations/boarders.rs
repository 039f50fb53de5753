//! Boarders: shrinks every unit cell, three times of four onto its border.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};
use crate::math;
use crate::streams::Draws;

/// Random numbers that a point takes.
pub(super) const DRAWS: u32 = 1;

/// `w`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    constants([v.weight])
}

#[inline(always)]
pub(super) fn apply(&[w, ..]: &Constants, p: Point, draws: &mut Draws) -> Point {
    let (cell_x, cell_y) = (math::round(p.x), math::round(p.y));
    let (x, y) = (p.x - cell_x, p.y - cell_y);
    let (along_x, along_y) = (0.25 * math::sign(x), 0.25 * math::sign(y));
    let sideways = x.abs() >= y.abs();
    let (shift_x, shift_y) = if sideways {
        (along_x, along_x * y / x)
    } else {
        (along_y * x / y, along_y)
    };
    let inside = draws.uniform() >= 0.75;
    let (shift_x, shift_y) = if inside {
        (0.0, 0.0)
    } else {
        (shift_x, shift_y)
    };
    Point {
        x: w * (0.5 * x + cell_x + shift_x),
        y: w * (0.5 * y + cell_y + shift_y),
    }
}
