// Spherical: inversion in the unit circle.
// Twin: render-kernel/src/cpu/variations/spherical.rs

fn variation_spherical(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let m = w / (point_radius_squared(p) + EPSILON);
    return vec2<f32>(m * p.x, m * p.y);
}
