// Log: the complex logarithm.
// Twin: render-kernel/src/cpu/variations/log.rs

fn variation_log(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    return vec2<f32>((0.5 * w) * math_ln(point_radius_squared(p)), w * point_theta(p));
}
