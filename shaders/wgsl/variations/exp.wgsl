// Exp: the complex exponential.
// Twin: render-kernel/src/cpu/variations/exp.rs

fn variation_exp(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let m = w * math_exp(p.x);
    let sc = math_sin_cos(p.y);
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(m * c, m * s);
}
