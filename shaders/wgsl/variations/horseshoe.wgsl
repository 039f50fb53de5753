// Horseshoe: doubles the angle.
// Twin: render-kernel/src/cpu/variations/horseshoe.rs

fn variation_horseshoe(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let m = w / (point_radius(p) + EPSILON);
    return vec2<f32>((m * (p.x - p.y)) * (p.x + p.y), ((m * 2.0) * p.x) * p.y);
}
