// Elliptic: elliptic coordinates of the plane.
// Twin: render-kernel/src/cpu/variations/elliptic.rs

fn variation_elliptic(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let k = a.x;
    let at = elliptic_at(p);
    let upper = math_ln(at.size + sqrt(at.above_one));
    let height_log = select(-upper, upper, p.y > 0.0);
    return vec2<f32>(k * math_atan2(p.x, at.height), k * height_log);
}
