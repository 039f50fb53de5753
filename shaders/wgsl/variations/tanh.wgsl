// Tanh: the complex hyperbolic tangent.
// Twin: render-kernel/src/cpu/variations/tanh.rs

fn variation_tanh(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let kept = doubled_argument(p.x);
    let x = kept.x;
    let overflow = kept.y;
    let sc = math_sin_cos(p.y);
    let s = sc.x;
    let c = sc.y;
    let hyperbolic = math_sinh_cosh(x);
    let sh = hyperbolic.x;
    let ch = hyperbolic.y;
    // Half the formula's denominator, in a form that does not cancel near the poles.
    let m = w / (c * c + sh * sh);
    return vec2<f32>(m * sh * ch + overflow, m * s * c);
}
