// Cot: the complex cotangent.
// Twin: render-kernel/src/cpu/variations/cot.rs

fn variation_cot(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let argument = doubled_argument(p.y);
    let y = argument.x;
    let overflow = argument.y;
    let sc = math_sin_cos(p.x);
    let s = sc.x;
    let c = sc.y;
    let hyperbolic = math_sinh_cosh(y);
    let sh = hyperbolic.x;
    let ch = hyperbolic.y;
    // Half the formula's denominator, in a form that does not cancel near the poles.
    let m = w / (s * s + sh * sh);
    return vec2<f32>(m * s * c, -m * sh * ch + overflow);
}
