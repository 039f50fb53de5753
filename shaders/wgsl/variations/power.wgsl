// Power: raises the radius to the sine of the angle.
// Twin: render-kernel/src/cpu/variations/power.rs

fn variation_power(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let r = point_radius(p);
    let sin_phi = p.x / r;
    let cos_phi = p.y / r;
    let m = w * math_pow(r, sin_phi);
    return vec2<f32>(m * cos_phi, m * sin_phi);
}
