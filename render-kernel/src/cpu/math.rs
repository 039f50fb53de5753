//! Elementary functions in single precision, the same bits on every machine.
//!
//! The platform's `sin`, `exp` and friends differ between C libraries, and a shader's built-in ones may be
//! off by 2⁻¹¹. Both would turn honest frames into false alarms, so the chaos game uses only what is written
//! here: polynomials and exact reductions made of `+ − × ÷`, `sqrt`, comparisons and integer operations.
//! There is no fused multiply-add and no table, and every function is free of branches, so that a loop over
//! the lanes of a group becomes vector code.
//!
//! # Accuracy
//!
//! At most 2 units in the last place over the ranges that each function names; `tests/math.rs` holds them
//! to it. The coefficients are minimax fits (Remez exchange) made for this project.
//!
//! # Twin
//!
//! A shader version is to use the same constants and the same order of operations.

mod exponential;
mod trigonometry;

pub use exponential::{cosh, exp, ln, pow, sinh, sinh_cosh};
pub use trigonometry::{atan2, cos, sin, sin_cos};

/// π rounded to single precision.
pub const PI: f32 = std::f32::consts::PI;

/// Adding and subtracting 1.5 × 2²³ leaves the nearest integer, because nothing finer fits the mantissa.
const ROUNDING_SHIFT: f32 = 12_582_912.0;

/// From here on (2²²) a float has no fraction finer than one half, and [`ROUNDING_SHIFT`] stops working.
const SHIFT_LIMIT: f32 = 4_194_304.0;

/// Returns the nearest integer, ties to even; a value of 2²² or more comes back as it is.
#[inline(always)]
#[must_use]
pub fn round(x: f32) -> f32 {
    let rounded = (x + ROUNDING_SHIFT) - ROUNDING_SHIFT;
    if x.abs() < SHIFT_LIMIT { rounded } else { x }
}

/// Returns the nearest integer to a number within ±2²², ties to even, as the bits of a signed integer.
///
/// Outside that range the result is meaningless, and no error: what calls this looks at the range itself.
#[inline(always)]
pub(crate) fn round_to_bits(x: f32) -> u32 {
    (x + ROUNDING_SHIFT)
        .to_bits()
        .wrapping_sub(ROUNDING_SHIFT.to_bits())
}

/// Returns the largest integer that is not above `x`; a value of 2²² or more comes back as it is.
#[inline(always)]
#[must_use]
pub fn floor(x: f32) -> f32 {
    let rounded = round(x);
    if rounded > x { rounded - 1.0 } else { rounded }
}

/// Returns `x` without its fraction; a value of 2²² or more comes back as it is.
#[inline(always)]
#[must_use]
pub fn trunc(x: f32) -> f32 {
    floor(x.abs()).copysign(x)
}

/// Returns what is left of `x` after taking away whole `period`s, with the sign of `x`.
///
/// Unlike C's `fmod` the quotient is rounded once, so the result may be a rounding error away from the
/// exact remainder.
#[inline(always)]
#[must_use]
pub fn remainder(x: f32, period: f32) -> f32 {
    x - period * trunc(x / period)
}

/// Returns 1 with the sign of `x`; +1 for +0.
#[inline(always)]
#[must_use]
pub fn sign(x: f32) -> f32 {
    1.0_f32.copysign(x)
}
