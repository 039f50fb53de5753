//! A group of points through one xform: affine map, sum of variations, second affine map, colour.
//!
//! This is where the time goes, so it is compiled twice on x86: for any processor, and for one with AVX2, whose
//! vectors hold eight points instead of four. The two do the same operations on every point in the same order,
//! without fused multiply-add, so their bits are equal; which one runs is asked of the processor.

use super::lanes::{Lanes, Numbers, Places};
use super::variations;
use crate::plan::XformPlan;

/// Moves the points `lanes` through `xform` and blends their `color`; variations draw from `places`.
pub(super) fn apply(xform: &XformPlan, lanes: &mut Lanes, color: &mut Numbers, places: Places) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(
            unsafe_code,
            reason = "calling code for a processor feature that was just detected"
        )]
        // SAFETY: the processor has AVX2, which is all that `apply_avx2` asks for.
        return unsafe { apply_avx2(xform, lanes, color, places) };
    }
    apply_here(xform, lanes, color, places);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn apply_avx2(xform: &XformPlan, lanes: &mut Lanes, color: &mut Numbers, places: Places) {
    apply_here(xform, lanes, color, places);
}

/// Inlined into whatever is compiled for a certain processor.
#[inline(always)]
fn apply_here(xform: &XformPlan, lanes: &mut Lanes, color: &mut Numbers, mut places: Places) {
    let from = lanes.mapped(&xform.coefs);
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

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use woolgather_genome::{Variation, WeightedVariation, Xform};

    use super::*;
    use crate::cpu::lanes::LANES;
    use crate::plan::XformPlan;
    use crate::streams::Key;

    #[test]
    fn wide_vectors_give_the_same_bits_for_every_variation() {
        if !std::arch::is_x86_feature_detected!("avx2") {
            return;
        }
        let key = Key::new(1);
        for &variation in Variation::ALL {
            let xform = Xform {
                variations: vec![WeightedVariation::new(variation, 0.8)],
                ..Xform::default()
            };
            let plan = XformPlan::new(&xform);
            for round in 0..64 {
                // From tiny to huge, so that every reduction and every limit is passed.
                let size = 1e-6 * 1.9_f32.powi(round);
                let number = |lane: usize, axis: u32| {
                    size * key.signed(axis << 20 | (round as u32) << 10 | lane as u32)
                };
                let start = Lanes {
                    x: std::array::from_fn(|lane| number(lane, 0)),
                    y: std::array::from_fn(|lane| number(lane, 1)),
                };
                let places = Places::new(key, 0, 0, |lane| lane as u32);
                let (mut one, mut other) = ((start, [0.5; LANES]), (start, [0.5; LANES]));
                apply(&plan, &mut one.0, &mut one.1, places);
                apply_here(&plan, &mut other.0, &mut other.1, places);
                let bits =
                    |lanes: &Lanes| [lanes.x, lanes.y].map(|numbers| numbers.map(f32::to_bits));
                assert_eq!(
                    bits(&one.0),
                    bits(&other.0),
                    "{} at {size}",
                    variation.name()
                );
            }
        }
    }
}
