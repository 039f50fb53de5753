//! Exponential, logarithm, power and the hyperbolic functions. See [the parent](super) for the rules.

use super::{round, round_to_bits};

const LOG2_E: f32 = std::f32::consts::LOG2_E;
const LN_2: f32 = std::f32::consts::LN_2;
const LN_2_HIGH: f32 = 0.693_115_23;
const LN_2_LOW: f32 = 3.194_618_5e-5;
/// log2(e) as 12 leading bits and the rest.
const LOG2_E_HIGH: f32 = 1.442_382_8;
const LOG2_E_LOW: f32 = 3.122_283_7e-4;

const EXP: [f32; 6] = [
    0.5,
    0.166_666_67,
    4.166_751_7e-2,
    8.333_287e-3,
    1.387_272_1e-3,
    1.990_696_6e-4,
];
const LN: [f32; 9] = [
    0.333_333_1,
    -0.249_999_87,
    0.200_022_28,
    -0.166_692_42,
    0.142_186_28,
    -0.123_844_84,
    0.118_733_72,
    -0.117_891_18,
    6.913_537_5e-2,
];
const SINH: [f32; 4] = [0.166_666_67, 8.333_350_5e-3, 1.983_606_6e-4, 2.817_439_5e-6];

/// Above this the exponential is infinite, below its negative it is zero.
const EXP_LIMIT: f32 = 104.0;

/// e^r − 1 − r for |r| ≤ ln(2)/2.
#[inline(always)]
fn exp_tail(r: f32) -> f32 {
    r * r * (EXP[0] + r * (EXP[1] + r * (EXP[2] + r * (EXP[3] + r * (EXP[4] + r * EXP[5])))))
}

/// `x` times 2^`n` for |n| ≤ 252; in two steps, so that the result may overflow or fade out gradually.
#[inline(always)]
fn scale(x: f32, n: f32) -> f32 {
    let n = round_to_bits(n) as i32;
    let first = n >> 1;
    let power = |n: i32| f32::from_bits(((n + 127) << 23) as u32);
    x * power(first) * power(n - first)
}

/// Keeps `x` within ±`limit`; what is not a number stays so.
#[inline(always)]
fn within(x: f32, limit: f32) -> f32 {
    let x = if x > limit { limit } else { x };
    if x < -limit { -limit } else { x }
}

/// 2^`shift` e^`x`.
#[inline(always)]
fn shifted_exp(x: f32, shift: f32) -> f32 {
    let x = within(x, EXP_LIMIT);
    let n = round(x * LOG2_E);
    let high = x - n * LN_2_HIGH;
    let r = high - n * LN_2_LOW;
    scale(1.0 + (r + exp_tail(r)), n + shift)
}

/// Returns e^`x`; 2 ulp where the result is a normal number.
#[inline(always)]
#[must_use]
pub fn exp(x: f32) -> f32 {
    shifted_exp(x, 0.0)
}

/// Splits a positive number into an exponent and a mantissa within [√½, √2).
#[inline(always)]
fn split(x: f32) -> (f32, f32) {
    // Subnormal numbers are brought into the normal range first.
    let tiny = x < f32::MIN_POSITIVE;
    let bits = if tiny { x * 8_388_608.0 } else { x }.to_bits();
    let bias = if tiny { 23.0 } else { 0.0 };
    // 0x3f3504f3 is √½: subtracting it makes the exponent field round at √2 instead of at 2.
    let offset = bits.wrapping_sub(0x3f35_04f3);
    let exponent = (offset as i32) >> 23;
    let mantissa = f32::from_bits(bits.wrapping_sub((exponent as u32) << 23));
    (exponent as f32 - bias, mantissa)
}

/// (ln(1 + f) − f + f²/2) for 1 + f within [√½, √2).
#[inline(always)]
fn ln_tail(f: f32) -> f32 {
    let high = LN[5] + f * (LN[6] + f * (LN[7] + f * LN[8]));
    f * f * f * (LN[0] + f * (LN[1] + f * (LN[2] + f * (LN[3] + f * (LN[4] + f * high)))))
}

/// Returns the natural logarithm; −∞ for 0, not a number below 0, 2 ulp.
#[inline(always)]
#[must_use]
pub fn ln(x: f32) -> f32 {
    let (n, mantissa) = split(x);
    let f = mantissa - 1.0;
    let high = n * LN_2_HIGH;
    let low = n * LN_2_LOW;
    let half = 0.5 * f * f;
    let sum = high + f;
    let lost = (high - sum) + f;
    let result = sum + (lost + (low + (ln_tail(f) - half)));
    let result = if x == f32::INFINITY { x } else { result };
    if x > 0.0 {
        result
    } else if x == 0.0 {
        f32::NEG_INFINITY
    } else {
        f32::NAN
    }
}

/// The 12 leading bits of `x`: products of two such numbers are exact.
#[inline(always)]
fn leading(x: f32) -> f32 {
    f32::from_bits(x.to_bits() & 0xffff_f000)
}

/// log2 of a positive number as an integer, a part of 12 bits, and the rest.
#[inline(always)]
fn log2_parts(x: f32) -> (f32, f32, f32) {
    let (n, mantissa) = split(x);
    let f = mantissa - 1.0;
    // f − f²/2 with the rounding errors kept in `low`.
    let f_high = leading(f);
    let f_low = f - f_high;
    let square = 0.5 * f_high * f_high;
    let square_low = 0.5 * f_low * (f + f_high);
    let high = f - square;
    let lost = (f - high) - square;
    let low = lost - square_low + ln_tail(f);
    // Times log2(e), again in two parts.
    let sum = high + low;
    let sum_high = leading(sum);
    let sum_low = (high - sum_high) + low;
    let product = sum_high * LOG2_E_HIGH;
    let product_low = sum_high * LOG2_E_LOW + sum_low * LOG2_E;
    let log = product + product_low;
    let log_high = leading(log);
    (n, log_high, (product - log_high) + product_low)
}

/// Returns `x` to the power `y` for `x ≥ 0`; 2 ulp for |y| ≤ 16, 3 for |y| ≤ 40.
///
/// 0 to a positive power is 0 and to a negative one infinite; a negative `x` gives not a number.
#[inline(always)]
#[must_use]
pub fn pow(x: f32, y: f32) -> f32 {
    let (n, log_high, log_low) = log2_parts(x);
    let y_high = leading(y);
    let y_low = y - y_high;
    // y·log2(x) = whole + rest, where every product of two leading parts is exact.
    let estimate = within(y * (n + log_high), 252.0);
    let whole = round(estimate);
    let rest =
        ((y_high * n - whole) + y_high * log_high) + (y_low * n + (y_low * log_high + y * log_low));
    let rest = within(rest, 1.0);
    let r = rest * LN_2;
    let result = scale(1.0 + (r + exp_tail(r)), whole);
    let at_zero = if y > 0.0 { 0.0 } else { f32::INFINITY };
    let result = if x == 0.0 { at_zero } else { result };
    let result = if y == 0.0 { 1.0 } else { result };
    if x >= 0.0 { result } else { f32::NAN }
}

/// Returns the hyperbolic sine and cosine; 2 ulp while the cosine is finite.
#[inline(always)]
#[must_use]
pub fn sinh_cosh(x: f32) -> (f32, f32) {
    let size = x.abs();
    // Half the exponential, so that nothing overflows before the result does.
    let half = shifted_exp(size, -1.0);
    let inverse = 0.25 / half;
    let z = x * x;
    let small = size + size * z * (SINH[0] + z * (SINH[1] + z * (SINH[2] + z * SINH[3])));
    let sine = if size < 1.0 { small } else { half - inverse };
    (sine.copysign(x), half + inverse)
}

/// Returns the hyperbolic sine; see [`sinh_cosh`].
#[inline(always)]
#[must_use]
pub fn sinh(x: f32) -> f32 {
    sinh_cosh(x).0
}

/// Returns the hyperbolic cosine; see [`sinh_cosh`].
#[inline(always)]
#[must_use]
pub fn cosh(x: f32) -> f32 {
    sinh_cosh(x).1
}
