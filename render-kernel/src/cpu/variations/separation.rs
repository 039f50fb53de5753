//! Separation: opens a gap along each axis, with hyperbolas for banks.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};

/// `w`, `x_squared`, `y_squared`, `x_inside`, `y_inside`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [x, y, x_inside, y_inside, ..] = v.parameters;
    constants([v.weight, x * x, y * y, x_inside, y_inside])
}

#[inline(always)]
pub(super) fn apply(
    &[w, x_squared, y_squared, x_inside, y_inside, ..]: &Constants,
    p: Point,
) -> Point {
    Point {
        x: w * part(p.x, x_squared, x_inside),
        y: w * part(p.y, y_squared, y_inside),
    }
}

/// One axis: the place pushed out along its hyperbola.
#[inline(always)]
fn part(x: f32, gap_squared: f32, inside: f32) -> f32 {
    let bank = (x * x + gap_squared).sqrt();
    let bank = if x > 0.0 { bank } else { -bank };
    bank - x * inside
}
