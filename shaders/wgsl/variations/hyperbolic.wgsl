// Hyperbolic: inverts one axis and keeps the other.
// Twin: render-kernel/src/cpu/variations/hyperbolic.rs

fn variation_hyperbolic(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let r = point_radius(p);
    let sin_phi = p.x / r;
    let cos_phi = p.y / r;
    return vec2<f32>((w * sin_phi) / (r + EPSILON), (w * cos_phi) * (r + EPSILON));
}
