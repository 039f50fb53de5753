//! Our elementary functions against the standard library's in double precision.

use woolgather_render_kernel::math;

/// Error of `found` in units of the last place of the single-precision result.
fn ulps(found: f32, exact: f64) -> f64 {
    let size = exact.abs().max(f64::from(f32::MIN_POSITIVE));
    let unit = 2_f64.powi(size.log2().floor() as i32 - 23);
    ((f64::from(found) - exact) / unit).abs()
}

/// Holds `ours` to 2 ulp of `exact` on an even grid from `low` to `high`.
fn check(name: &str, low: f32, high: f32, ours: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) {
    const POINTS: u32 = 300_000;
    let mut worst = (0.0, low);
    for i in 0..POINTS {
        let x = low + (high - low) * ((f64::from(i) + 0.37) / f64::from(POINTS)) as f32;
        let error = ulps(ours(x), exact(f64::from(x)));
        if error.is_nan() || error > worst.0 {
            worst = (error, x);
        }
    }
    assert!(
        worst.0 <= 2.0,
        "{name}({}) = {} is {:.2} ulp off",
        worst.1,
        ours(worst.1),
        worst.0
    );
}

#[test]
fn sine_and_cosine_are_within_two_ulp() {
    for reach in [0.1, 1.0, 10.0, 100.0] {
        check("sin", -reach, reach, math::sin, f64::sin);
        check("cos", -reach, reach, math::cos, f64::cos);
    }
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
fn arctangent_is_within_two_ulp_all_round() {
    for x in [-3.0, -1.0, -0.3, -1e-3, 1e-6, 0.1, 0.77, 1.0, 2.0_f32] {
        check(
            &format!("atan2(_, {x})"),
            -4.0,
            4.0,
            |y| math::atan2(y, x),
            |y| y.atan2(f64::from(x)),
        );
    }
    assert_eq!(math::atan2(0.0, 0.0), 0.0);
    assert_eq!(math::atan2(0.0, -1.0), math::PI);
    assert_eq!(math::atan2(-0.0, -1.0), -math::PI);
}

#[test]
fn exponential_and_logarithm_are_within_two_ulp() {
    check("exp", -87.0, 88.7, math::exp, f64::exp);
    check("exp", -1.0, 1.0, math::exp, f64::exp);
    for (low, high) in [(1e-38, 1e-30), (1e-9, 4.0), (0.9, 1.1), (1.0, 1e30)] {
        check("ln", low, high, math::ln, f64::ln);
    }
    assert_eq!(math::exp(200.0), f32::INFINITY);
    assert_eq!(math::exp(-200.0), 0.0);
    assert_eq!(math::ln(0.0), f32::NEG_INFINITY);
    assert!(
        math::ln(-1.0).is_nan() && math::exp(f32::NAN).is_nan() && math::sin(f32::NAN).is_nan()
    );
}

#[test]
fn powers_up_to_sixteen_are_within_two_ulp() {
    for y in [1.0 / 6.0, 0.5, -0.5, 1.1, 2.0, -3.3, 5.345, 10.0, 16.0_f32] {
        for (low, high) in [(1e-3, 1e-2), (1e-2, 1.0), (0.1, 20.0)] {
            check(
                &format!("pow(_, {y})"),
                low,
                high,
                |x| math::pow(x, y),
                |x| x.powf(f64::from(y)),
            );
        }
    }
    assert_eq!(math::pow(0.0, 0.5), 0.0);
    assert_eq!(math::pow(0.0, -0.5), f32::INFINITY);
    assert_eq!(math::pow(0.0, 0.0), 1.0);
}

#[test]
fn hyperbolic_functions_are_within_two_ulp() {
    for reach in [0.01, 1.5, 89.0] {
        check("sinh", -reach, reach, math::sinh, f64::sinh);
        check("cosh", -reach, reach, math::cosh, f64::cosh);
    }
}

#[test]
fn rounding_goes_where_its_name_says() {
    let cases = [
        (-2.5, -2.0, -3.0, -2.0),
        (-0.5, 0.0, -1.0, 0.0),
        (0.5, 0.0, 0.0, 0.0),
        (1.5, 2.0, 1.0, 1.0),
    ];
    for (x, round, floor, trunc) in cases {
        assert_eq!(
            (math::round(x), math::floor(x), math::trunc(x)),
            (round, floor, trunc),
            "of {x}"
        );
    }
    for large in [4_194_304.0, 8_388_609.0, 1e20_f32] {
        assert_eq!((math::floor(large), math::trunc(-large)), (large, -large));
    }
    assert_eq!(math::remainder(7.5, 2.0), 1.5);
    assert_eq!(math::remainder(-7.5, 2.0), -1.5);
}
