// Csc: the complex cosecant.
// Twin: render-kernel/src/cpu/variations/csc.rs

fn variation_csc(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let argument = hyperbolic_argument(p.y);
    let y = argument.x;
    let overflow = argument.y;
    let sc = math_sin_cos(p.x);
    let s = sc.x;
    let c = sc.y;
    let hyperbolic = math_sinh_cosh(y);
    let sh = hyperbolic.x;
    let ch = hyperbolic.y;
    let m = 2.0 * w / (math_cosh(2.0 * y) - math_cos(2.0 * p.x));
    return vec2<f32>(m * s * ch + overflow, -m * c * sh);
}
