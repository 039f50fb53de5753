//! Mobius: a complex linear fraction.
//!
//! The formula is the catalogue's: [`woolgather_genome::Variation::formula`].
//!
//! The weight multiplies the numerator, so it is in the constants `a` and `b`.

use woolgather_genome::{Affine, WeightedVariation};

use super::{Constants, Point, constants};

/// `re_a`, `im_a`, `re_b`, `im_b`, `re_c`, `im_c`, `re_d`, `im_d`.
pub(super) fn prepare(v: &WeightedVariation, _coefs: &Affine) -> Constants {
    let [re_a, im_a, re_b, im_b, re_c, im_c, re_d, im_d] = v.parameters;
    constants([
        v.weight * re_a,
        v.weight * im_a,
        v.weight * re_b,
        v.weight * im_b,
        re_c,
        im_c,
        re_d,
        im_d,
    ])
}

#[inline(always)]
pub(super) fn apply(
    &[re_a, im_a, re_b, im_b, re_c, im_c, re_d, im_d]: &Constants,
    p: Point,
) -> Point {
    let (above_x, above_y) = (
        re_a * p.x - im_a * p.y + re_b,
        re_a * p.y + im_a * p.x + im_b,
    );
    let (below_x, below_y) = (
        re_c * p.x - im_c * p.y + re_d,
        re_c * p.y + im_c * p.x + im_d,
    );
    let m = 1.0 / (below_x * below_x + below_y * below_y);
    Point {
        x: m * (above_x * below_x + above_y * below_y),
        y: m * (above_y * below_x - above_x * below_y),
    }
}
