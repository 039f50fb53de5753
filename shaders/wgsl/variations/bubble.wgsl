// Bubble: the plane onto a sphere, seen from above.
// Twin: render-kernel/src/cpu/variations/bubble.rs

fn variation_bubble(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let m = w / (0.25 * point_radius_squared(p) + 1.0);
    return vec2<f32>(m * p.x, m * p.y);
}
