// Exponential: `e^(x - 1)` at the angle `pi y`.
// Twin: render-kernel/src/cpu/variations/exponential.rs

fn variation_exponential(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let m = w * math_exp(p.x - 1.0);
    let sc = math_sin_cos(MATH_PI * p.y);
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(m * c, m * s);
}
