// Polar2: angle and logarithm of the radius as coordinates.
// Twin: render-kernel/src/cpu/variations/polar2.rs

fn variation_polar2(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let x_scale = a.x;
    let y_scale = a.y;
    return vec2<f32>(x_scale * point_phi(p), y_scale * math_ln(point_radius_squared(p)));
}
