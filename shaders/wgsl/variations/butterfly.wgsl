// Butterfly: two pairs of wings.
// Twin: render-kernel/src/cpu/variations/butterfly.rs

fn variation_butterfly(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let size = a.x;
    let square = p.x * p.x + 4.0 * p.y * p.y;
    let m = size * sqrt(abs(p.x * p.y) / (EPSILON + square));
    return vec2<f32>(m * p.x, 2.0 * m * p.y);
}
