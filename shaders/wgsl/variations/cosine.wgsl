// Cosine: the complex cosine of `(pi x, y)`.
// Twin: render-kernel/src/cpu/variations/cosine.rs

fn variation_cosine(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let sc = math_sin_cos(MATH_PI * p.x);
    let s = sc.x;
    let c = sc.y;
    let hyperbolic = math_sinh_cosh(p.y);
    let sh = hyperbolic.x;
    let ch = hyperbolic.y;
    return vec2<f32>(w * c * ch, -w * s * sh);
}
