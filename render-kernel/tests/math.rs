//! Our elementary functions against the standard library's in double precision.
//!
//! A function of one argument is asked about every single-precision number of the range that it promises, from
//! [`TINY`] on: hundreds of millions of questions, so the easy ones (close to 0, where two terms of the series
//! are exact) are answered by the series, and all of them are shared among the processor's cores. Numbers
//! below [`TINY`] change nothing but the sign of the result's rounding error; a prime stride goes through them.

use std::f64::consts::LN_2;

use rayon::prelude::*;
use woolgather_render_kernel::math;

/// What the documentation of [`math`] promises, in units of the last place.
const PROMISE: f64 = 2.0;
/// Below this two terms of a series say what double precision can.
const SMALL: f32 = 1.220_703_1e-4;
/// 2⁻²⁶: the functions here, less their first term, are at most half a unit in the last place below it.
const TINY: f32 = 1.490_116_1e-8;

/// Error of `found` in units of the last place of the single-precision result.
fn ulps(found: f32, exact: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff0_0000_0000_0000;
    let size = exact.abs().max(f64::from(f32::MIN_POSITIVE));
    let unit = f64::from_bits(size.to_bits() & EXPONENT) / 8_388_608.0;
    let error = ((f64::from(found) - exact) / unit).abs();
    // What is not a number is as wrong as can be, and must not lose a comparison.
    if error.is_nan() { f64::INFINITY } else { error }
}

/// The worst of an iterator of (argument, error).
fn worst(errors: impl Iterator<Item = (f32, f64)>) -> (f32, f64) {
    errors.fold(
        (0.0, 0.0),
        |worst, next| {
            if next.1 > worst.1 { next } else { worst }
        },
    )
}

/// Asks `ours` about every number from `low` to `high` (both of one sign, `low` nearer to 0).
fn sweep(
    low: f32,
    high: f32,
    ours: impl Fn(f32) -> f32 + Sync,
    exact: impl Fn(f64) -> f64 + Sync,
) -> (f32, f64) {
    const CHUNK: u32 = 1 << 18;
    let (first, last) = (low.to_bits(), high.to_bits());
    let chunks = (first / CHUNK..=last / CHUNK).into_par_iter();
    let worsts: Vec<_> = chunks
        .map(|chunk| {
            let start = (chunk * CHUNK).max(first);
            let end = (chunk * CHUNK + (CHUNK - 1)).min(last);
            worst((start..=end).map(|bits| {
                let x = f32::from_bits(bits);
                (x, ulps(ours(x), exact(f64::from(x))))
            }))
        })
        .collect();
    worst(worsts.into_iter())
}

/// Asks `ours` about one number of 997 from `low` to `high`.
fn stride(
    low: f32,
    high: f32,
    ours: impl Fn(f32) -> f32,
    exact: impl Fn(f64) -> f64,
) -> (f32, f64) {
    let numbers = (low.to_bits()..=high.to_bits()).step_by(997);
    worst(numbers.map(|bits| {
        let x = f32::from_bits(bits);
        (x, ulps(ours(x), exact(f64::from(x))))
    }))
}

/// Holds `ours` to the promise for every number between -`reach` and `reach`.
///
/// `series` is the function where its argument is [`SMALL`], and `sign` that of `f(-x) / f(x)` where the
/// function has one; else both sides are asked.
fn check_all(
    name: &str,
    reach: f32,
    sign: Option<f32>,
    ours: impl Fn(f32) -> f32 + Sync,
    exact: impl Fn(f64) -> f64 + Sync,
    series: impl Fn(f64) -> f64 + Sync,
) {
    let promised = |(x, error): (f32, f64)| {
        assert!(
            error <= PROMISE,
            "{name}({x:e}) = {:e} is {error:.2} ulp off",
            ours(x)
        );
    };
    promised(stride(0.0, TINY, &ours, &series));
    promised(sweep(TINY, SMALL, &ours, &series));
    promised(sweep(SMALL, reach, &ours, &exact));
    match sign {
        Some(sign) => {
            for bits in (0..reach.to_bits()).step_by(997) {
                let x = f32::from_bits(bits);
                assert_eq!(ours(-x), sign * ours(x), "{name}(-{x:e})");
            }
        }
        None => {
            promised(stride(-0.0, -TINY, &ours, &series));
            promised(sweep(-TINY, -SMALL, &ours, &series));
            promised(sweep(-SMALL, -reach, &ours, &exact));
        }
    }
}

/// A cheap generator of words; D. Knuth's linear congruential one.
fn words(rng_seed: u64) -> impl Iterator<Item = u32> {
    let mut state = rng_seed;
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 32) as u32
    })
}

#[test]
fn sine_is_within_two_ulp_for_every_number_up_to_100() {
    check_all("sin", 100.0, Some(-1.0), math::sin, f64::sin, |x| {
        x - x * x * x / 6.0
    });
}

#[test]
fn cosine_is_within_two_ulp_for_every_number_up_to_100() {
    check_all("cos", 100.0, Some(1.0), math::cos, f64::cos, |x| {
        1.0 - x * x / 2.0
    });
}

#[test]
fn far_sines_are_those_of_a_number_next_to_the_argument() {
    for i in 0..200_000 {
        let x = 100.0 * 1.000_05_f32.powi(i);
        let exact = f64::from(x).sin();
        if x < 4_194_304.0 {
            let slack = f64::from(x) * 2_f64.powi(-24) + 1e-7;
            assert!((f64::from(math::sin(x)) - exact).abs() <= slack, "sin({x})");
        }
        assert!(
            math::sin(x).abs() <= 1.0 && math::cos(x).abs() <= 1.0,
            "at {x}"
        );
    }
}

#[test]
fn very_far_sines_are_spread_like_the_sine_of_a_random_angle() {
    let count = 100_000;
    let sines = (0..count).map(|i| f64::from(math::sin(1e10 + 4096.0 * i as f32)));
    let (sum, squares) = sines.fold((0.0, 0.0), |(sum, squares), s| (sum + s, squares + s * s));
    assert!((sum / f64::from(count)).abs() < 0.02);
    assert!((squares / f64::from(count) - 0.5).abs() < 0.02);
}

#[test]
fn exponential_is_within_two_ulp_for_every_number_with_a_normal_result() {
    let series = |x: f64| 1.0 + x + x * x / 2.0;
    check_all("exp", 87.3, None, math::exp, f64::exp, series);
    let (x, error) = sweep(87.3, 88.722, math::exp, f64::exp);
    assert!(error <= PROMISE, "exp({x:e}) is {error:.2} ulp off");
    assert_eq!(math::exp(88.73), f32::INFINITY);
    assert_eq!(math::exp(200.0), f32::INFINITY);
    assert_eq!(math::exp(-200.0), 0.0);
    assert!(math::exp(f32::NAN).is_nan() && math::sin(f32::NAN).is_nan());
}

#[test]
fn logarithm_is_within_two_ulp_for_every_positive_number() {
    const MANTISSAS: u32 = 1 << 23;
    // The logarithm of every mantissa, as numbers from √½ to √2: adding a multiple of ln 2 to those loses
    // nothing, so one table serves all exponents.
    let largest = std::f32::consts::SQRT_2.to_bits() & (MANTISSAS - 1);
    let table: Vec<f64> = (0..MANTISSAS)
        .into_par_iter()
        .map(|mantissa| {
            let m = f64::from(f32::from_bits(0x3f80_0000 | mantissa));
            if mantissa <= largest {
                m.ln()
            } else {
                (m / 2.0).ln()
            }
        })
        .collect();
    let worsts: Vec<_> = (1..255_u32)
        .into_par_iter()
        .map(|exponent| {
            let twos = f64::from(exponent) - 127.0;
            let (below, above) = (twos * LN_2, (twos + 1.0) * LN_2);
            worst((0..MANTISSAS).zip(&table).map(|(mantissa, ln)| {
                let x = f32::from_bits(exponent << 23 | mantissa);
                let whole = if mantissa <= largest { below } else { above };
                (x, ulps(math::ln(x), whole + ln))
            }))
        })
        .collect();
    let subnormal = sweep(f32::from_bits(1), f32::MIN_POSITIVE, math::ln, f64::ln);
    let (x, error) = worst(worsts.into_iter().chain([subnormal]));
    assert!(error <= PROMISE, "ln({x:e}) is {error:.2} ulp off");
    assert_eq!(math::ln(0.0), f32::NEG_INFINITY);
    assert_eq!(math::ln(f32::INFINITY), f32::INFINITY);
    assert!(math::ln(-1.0).is_nan() && math::ln(f32::NAN).is_nan());
}

#[test]
fn hyperbolic_functions_are_within_two_ulp_for_every_number_up_to_89() {
    check_all("sinh", 89.0, Some(-1.0), math::sinh, f64::sinh, |x| {
        x + x * x * x / 6.0
    });
    check_all("cosh", 89.0, Some(1.0), math::cosh, f64::cosh, |x| {
        1.0 + x * x / 2.0
    });
}

#[test]
fn arctangent_is_within_two_ulp_all_round() {
    let mut words = words(1);
    // Numbers of all sizes from 2^-30 to 2^34, of either sign.
    let mut number = || {
        let word = words.next().unwrap_or_default();
        let exponent = 97 + (words.next().unwrap_or_default() >> 26);
        f32::from_bits(word & 0x807f_ffff | exponent << 23)
    };
    for _ in 0..10_000_000 {
        let (y, x) = (number(), number());
        let error = ulps(math::atan2(y, x), f64::from(y).atan2(f64::from(x)));
        assert!(
            error <= PROMISE,
            "atan2({y:e}, {x:e}) is {error:.2} ulp off"
        );
    }
    assert_eq!(math::atan2(0.0, 0.0), 0.0);
    assert_eq!(math::atan2(0.0, -1.0), math::PI);
    assert_eq!(math::atan2(-0.0, -1.0), -math::PI);
}

#[test]
fn arctangent_is_within_two_ulp_for_every_ratio() {
    // With x = 1 it is a function of one argument, and with y = 1 the same one beyond 1.
    let (x, error) = sweep(TINY, 1.0, |y| math::atan2(y, 1.0), f64::atan);
    assert!(error <= PROMISE, "atan2({x:e}, 1) is {error:.2} ulp off");
    let beyond = |x: f64| f64::atan2(1.0, x);
    let (x, error) = sweep(SMALL, 1.0, |x| math::atan2(1.0, x), beyond);
    assert!(error <= PROMISE, "atan2(1, {x:e}) is {error:.2} ulp off");
    let (x, error) = stride(0.0, TINY, |y| math::atan2(y, 1.0), f64::atan);
    assert!(error <= PROMISE, "atan2({x:e}, 1) is {error:.2} ulp off");
}

/// The worst of ten million powers with exponents of up to `reach` and a normal number for a result.
fn worst_power(reach: f64) -> (f32, f32, f64) {
    let mut words = words(2);
    let mut word = || words.next().unwrap_or_default();
    let mut worst = (0.0, 0.0, 0.0);
    for _ in 0..10_000_000 {
        let x = f32::from_bits(word() % 0x7f80_0000).max(f32::MIN_POSITIVE);
        let y = ((f64::from(word()) / 2_f64.powi(31) - 1.0) * reach) as f32;
        let log2 = (f64::from(x).log2() * f64::from(y)).abs();
        let shrink = (125.0 / log2).min(1.0);
        let y = (f64::from(y) * shrink) as f32;
        let error = ulps(math::pow(x, y), f64::from(x).powf(f64::from(y)));
        if error > worst.2 {
            worst = (x, y, error);
        }
    }
    worst
}

#[test]
fn powers_are_within_two_ulp_for_exponents_up_to_16_and_three_up_to_40() {
    for (reach, promise) in [(1.0, 2.0), (16.0, 2.0), (40.0, 3.0)] {
        let (x, y, error) = worst_power(reach);
        assert!(error <= promise, "pow({x:e}, {y:e}) is {error:.2} ulp off");
    }
    assert_eq!(math::pow(0.0, 0.5), 0.0);
    assert_eq!(math::pow(0.0, -0.5), f32::INFINITY);
    assert_eq!(math::pow(0.0, 0.0), 1.0);
}

#[test]
fn powers_that_variations_take_most_are_within_two_ulp_for_every_number() {
    // Square roots by julian with power 2 or -2, cube roots, and the fourth power of ngon.
    for y in [0.25, -0.25, 1.0 / 6.0, 2.0_f32] {
        let exact = |x: f64| x.powf(f64::from(y));
        let (x, error) = sweep(0.5, 2.0, |x| math::pow(x, y), exact);
        assert!(error <= PROMISE, "pow({x:e}, {y}) is {error:.2} ulp off");
    }
}

#[test]
fn rounding_is_the_standard_librarys_for_every_number_below_two_to_the_22() {
    let wrong = |low: f32, high: f32| {
        let numbers = (low.to_bits()..high.to_bits()).into_par_iter();
        let found = numbers.find_any(|&bits| {
            let x = f32::from_bits(bits);
            math::round(x) != x.round_ties_even()
                || math::floor(x) != x.floor()
                || math::trunc(x) != x.trunc()
        });
        found.map(f32::from_bits)
    };
    let limit = 4_194_304.0;
    assert_eq!(wrong(SMALL, limit), None);
    assert_eq!(wrong(-SMALL, -limit), None);
    for x in [0.0, f32::MIN_POSITIVE, 1e-20] {
        assert_eq!(
            (math::floor(x), math::trunc(-x), math::round(-x)),
            (0.0, 0.0, 0.0)
        );
        assert_eq!(math::floor(-x), if x == 0.0 { 0.0 } else { -1.0 });
    }
    for x in [limit, limit + 0.5, -8_388_609.0, 1e20, f32::MAX] {
        assert_eq!((math::floor(x), math::trunc(x), math::round(x)), (x, x, x));
    }
}

#[test]
fn a_remainder_has_the_sign_of_what_is_divided() {
    assert_eq!(math::remainder(7.5, 2.0), 1.5);
    assert_eq!(math::remainder(-7.5, 2.0), -1.5);
}
