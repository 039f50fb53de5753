// Coth: the complex hyperbolic cotangent.
// Twin: render-kernel/src/cpu/variations/coth.rs

fn variation_coth(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let argument = doubled_argument(p.x);
    let x = argument.x;
    let overflow = argument.y;
    let sc = math_sin_cos(2.0 * p.y);
    let s = sc.x;
    let c = sc.y;
    let hyperbolic = math_sinh_cosh(2.0 * x);
    let sh = hyperbolic.x;
    let ch = hyperbolic.y;
    let m = w / (ch - c);
    return vec2<f32>(m * sh + overflow, m * s);
}
