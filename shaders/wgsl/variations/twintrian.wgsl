// Twintrian: two spindles of random strokes; y only sets how wild.
// Twin: render-kernel/src/cpu/variations/twintrian.rs

// Random numbers that a point takes.
const DRAWS_TWINTRIAN: u32 = 1u;
// Beyond this, the bits of 1e10, flam3 calls the logarithm bad.
const TWINTRIAN_LIMIT_BITS: u32 = 0x501502f9u;
const TWINTRIAN_LOG10_E: f32 = 0.4342944819032518;

fn variation_twintrian(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let sc = math_sin_cos(draw_uniform(draws) * w * point_radius(p));
    let s = sc.x;
    let c = sc.y;
    // The logarithm of the square, which itself would vanish too early in single precision.
    let log = 2.0 * TWINTRIAN_LOG10_E * math_ln(abs(s)) + c;
    // Infinities and what is not a number lie above the limit, as bits too.
    let d = select(-30.0, log, math_size_bits(log) <= TWINTRIAN_LIMIT_BITS);
    return vec2<f32>(w * p.x * d, w * p.x * (d - MATH_PI * s));
}
