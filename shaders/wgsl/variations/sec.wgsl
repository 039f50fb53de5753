// Sec: the complex secant.
// Twin: render-kernel/src/cpu/variations/sec.rs

fn variation_sec(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let kept = hyperbolic_argument(p.y);
    let y = kept.x;
    let overflow = kept.y;
    let sc = math_sin_cos(p.x);
    let s = sc.x;
    let c = sc.y;
    let hyperbolic = math_sinh_cosh(y);
    let sh = hyperbolic.x;
    let ch = hyperbolic.y;
    let m = 2.0 * w / (math_cos(2.0 * p.x) + math_cosh(2.0 * y));
    return vec2<f32>(m * c * ch + overflow, m * s * sh);
}
