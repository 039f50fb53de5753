// Cos: the complex cosine.
// Twin: render-kernel/src/cpu/variations/cos.rs

fn variation_cos(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let sc = math_sin_cos(p.x);
    let s = sc.x;
    let c = sc.y;
    let hyperbolic = math_sinh_cosh(p.y);
    let sh = hyperbolic.x;
    let ch = hyperbolic.y;
    return vec2<f32>(w * c * ch, -w * s * sh);
}
