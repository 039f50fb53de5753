// Tangent: columns of tangents.
// Twin: render-kernel/src/cpu/variations/tangent.rs

fn variation_tangent(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let sc = math_sin_cos(p.y);
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(w * math_sin(p.x) / c, w * s / c);
}
