// Sech: the complex hyperbolic secant.
// Twin: render-kernel/src/cpu/variations/sech.rs

fn variation_sech(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let kept = hyperbolic_argument(p.x);
    let x = kept.x;
    let overflow = kept.y;
    let sc = math_sin_cos(p.y);
    let s = sc.x;
    let c = sc.y;
    let hyperbolic = math_sinh_cosh(x);
    let sh = hyperbolic.x;
    let ch = hyperbolic.y;
    let m = 2.0 * w / (math_cos(2.0 * p.y) + math_cosh(2.0 * x));
    return vec2<f32>(m * c * ch + overflow, -m * s * sh);
}
