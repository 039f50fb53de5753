//! A group of points through one xform: affine map, sum of variations, second affine map, colour.

use super::lanes::{Lanes, Numbers, Places};
use super::variations;
use crate::plan::XformPlan;

/// Moves the points `lanes` through `xform` and blends their `color`; variations draw from `places`.
///
/// Inlined into what [`super::width`] compiles for a certain processor.
#[inline(always)]
pub(super) fn apply_here(
    xform: &XformPlan,
    lanes: &mut Lanes,
    color: &mut Numbers,
    mut places: Places,
) {
    let mut from = lanes.mapped(&xform.coefs);
    for (variation, constants) in &xform.variations {
        variations::before(*variation, constants, &mut from, &mut places);
    }
    let mut sum = Lanes::ZERO;
    for (variation, constants) in &xform.variations {
        variations::add(*variation, constants, &from, &mut sum, &mut places);
    }
    *lanes = match &xform.post {
        Some(post) => sum.mapped(post),
        None => sum,
    };
    for color in color {
        *color = xform.color_keep * *color + xform.color_add;
    }
}
