//! Sine, cosine and the two-argument arctangent. See [the parent](super) for the rules.
//!
//! # Reduction
//!
//! `x = n π/2 + r` with `|r| ≤ π/4`. π/2 is held in four parts; the first three have 8 significant bits, so
//! `n` times a part is exact while `n < 2¹⁶` (`|x| < 100,000`). Above that the result is the sine of a number
//! within half a unit in the last place of `x`. From 2²² on, neighbouring floats are half a radian apart or
//! more and their sines carry no information; the phase is then hashed from the bits of `x`, which keeps
//! the result bounded, the same everywhere, and spread over the circle (the `waves` variation with a zero
//! translation asks for such angles all the time).

use super::{PI, ROUNDING_SHIFT, SHIFT_LIMIT};

const TWO_OVER_PI: f32 = std::f32::consts::FRAC_2_PI;
const HALF_PI_PARTS: [f32; 4] = [1.570_312_5, 4.825_592e-4, 1.266_598_7e-6, 9.920_935e-10];

const SIN: [f32; 4] = [-0.166_666_67, 8.333_329e-3, -1.983_932_7e-4, 2.718_237_3e-6];
const COS: [f32; 4] = [
    4.166_666_8e-2,
    -1.388_888_3e-3,
    2.479_951_2e-5,
    -2.720_955e-7,
];
const ATAN: [f32; 5] = [
    -0.333_333_16,
    0.199_984_88,
    -0.142_438_28,
    0.105_958_31,
    -6.082_998e-2,
];

/// tan(π/8): above it the arctangent is reduced by π/4.
const TAN_EIGHTH_PI: f32 = 0.414_213_57;
/// What single-precision constants of π/4, π/2 and π leave out.
const QUARTER_PI_LOW: f32 = -2.185_569_4e-8;
const HALF_PI_LOW: f32 = -4.371_139e-8;
const PI_LOW: f32 = -8.742_278e-8;

/// An angle as a quadrant and a rest within ±π/4.
#[inline(always)]
fn reduce(x: f32) -> (u32, f32) {
    let shifted = x * TWO_OVER_PI + ROUNDING_SHIFT;
    let n = shifted - ROUNDING_SHIFT;
    let [a, b, c, d] = HALF_PI_PARTS;
    // The first two steps are exact; what the third one rounds away joins the fourth.
    let exact = (x - n * a) - n * b;
    let near = exact - n * c;
    let lost = (exact - near) - n * c;
    let rest = near + (lost - n * d);

    // Multiplying by 2³² over the golden ratio sends neighbours far apart.
    let hash = x.to_bits().wrapping_mul(0x9e37_79b9);
    let noise = (hash >> 14 & 0xffff) as i32 as f32 * (PI / 131_072.0) - PI / 4.0;
    if x.abs() >= SHIFT_LIMIT {
        (hash >> 30, noise)
    } else {
        (shifted.to_bits(), rest)
    }
}

/// sin(r) for |r| ≤ π/4.
#[inline(always)]
fn sin_polynomial(r: f32) -> f32 {
    let z = r * r;
    r + r * z * (SIN[0] + z * (SIN[1] + z * (SIN[2] + z * SIN[3])))
}

/// cos(r) for |r| ≤ π/4.
#[inline(always)]
fn cos_polynomial(r: f32) -> f32 {
    let z = r * r;
    let half = 0.5 * z;
    let whole = 1.0 - half;
    // `1 - half` lost some low bits of `half`; they come back before the small terms are added.
    let lost = (1.0 - whole) - half;
    whole + (lost + z * z * (COS[0] + z * (COS[1] + z * (COS[2] + z * COS[3]))))
}

/// Flips the sign of `x` where bit 1 of `quadrant` is set.
#[inline(always)]
fn flip(x: f32, quadrant: u32) -> f32 {
    f32::from_bits(x.to_bits() ^ ((quadrant & 2) << 30))
}

/// Returns the sine and the cosine of `x` radians; 2 ulp for |x| ≤ 100, degrading as the module describes.
#[inline(always)]
#[must_use]
pub fn sin_cos(x: f32) -> (f32, f32) {
    let (quadrant, rest) = reduce(x);
    let (s, c) = (sin_polynomial(rest), cos_polynomial(rest));
    let swapped = quadrant & 1 == 1;
    let sine = if swapped { c } else { s };
    let cosine = if swapped { s } else { c };
    (flip(sine, quadrant), flip(cosine, quadrant.wrapping_add(1)))
}

/// Returns the sine of `x` radians; see [`sin_cos`].
#[inline(always)]
#[must_use]
pub fn sin(x: f32) -> f32 {
    sin_cos(x).0
}

/// Returns the cosine of `x` radians; see [`sin_cos`].
#[inline(always)]
#[must_use]
pub fn cos(x: f32) -> f32 {
    sin_cos(x).1
}

/// Returns the angle of the vector (`x`, `y`) in radians, within ±π; 0 for the null vector, 2 ulp.
#[inline(always)]
#[must_use]
pub fn atan2(y: f32, x: f32) -> f32 {
    let (wide, tall) = (x.abs(), y.abs());
    let steep = tall > wide;
    let (less, more) = if steep { (wide, tall) } else { (tall, wide) };
    let more = if more == 0.0 { 1.0 } else { more };

    // atan(less / more), reduced by π/4 where the ratio is above tan(π/8).
    let reduced = less > TAN_EIGHTH_PI * more;
    let (above, below) = if reduced {
        (less - more, less + more)
    } else {
        (less, more)
    };
    let t = above / below;
    let z = t * t;
    let series = t * z * (ATAN[0] + z * (ATAN[1] + z * (ATAN[2] + z * (ATAN[3] + z * ATAN[4]))));
    let (base, base_low) = if reduced {
        (PI / 4.0, QUARTER_PI_LOW)
    } else {
        (0.0, 0.0)
    };

    // The angle is `base ± t` with everything small kept apart until the last addition.
    let (base, base_low, turn) = if steep {
        (PI / 2.0 - base, HALF_PI_LOW - base_low, -1.0)
    } else {
        (base, base_low, 1.0)
    };
    let (base, base_low, turn) = if x < 0.0 {
        (PI - base, PI_LOW - base_low, -turn)
    } else {
        (base, base_low, turn)
    };
    let angle = base + (turn * t + (turn * series + base_low));
    angle.copysign(y)
}
