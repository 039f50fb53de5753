// Rings2: rings of a chosen width.
// Twin: render-kernel/src/cpu/variations/rings2.rs

fn variation_rings2(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let d = a.y;
    let r = point_radius(p);
    let q = r - 2.0 * d * math_trunc((r + d) / (2.0 * d)) + r * (1.0 - d);
    let m = w * q / r;
    return vec2<f32>(m * p.x, m * p.y);
}
