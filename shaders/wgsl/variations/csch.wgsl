// Csch: the complex hyperbolic cosecant.
// Twin: render-kernel/src/cpu/variations/csch.rs

fn variation_csch(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let argument = hyperbolic_argument(p.x);
    let x = argument.x;
    let overflow = argument.y;
    let sc = math_sin_cos(p.y);
    let s = sc.x;
    let c = sc.y;
    let hyperbolic = math_sinh_cosh(x);
    let sh = hyperbolic.x;
    let ch = hyperbolic.y;
    let m = 2.0 * w / (math_cosh(2.0 * x) - math_cos(2.0 * p.y));
    return vec2<f32>(m * sh * c + overflow, -m * ch * s);
}
