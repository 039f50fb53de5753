// Polar: angle and radius as coordinates.
// Twin: render-kernel/src/cpu/variations/polar.rs

fn variation_polar(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let w_over_pi = a.y;
    return vec2<f32>(w_over_pi * point_phi(p), w * (point_radius(p) - 1.0));
}
