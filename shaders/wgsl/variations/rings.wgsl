// Rings: cuts the plane into rings as wide as the affine map's translation tells.
// Twin: render-kernel/src/cpu/variations/rings.rs

fn variation_rings(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let d = a.y;
    let r = point_radius(p);
    let q = math_remainder(r + d, 2.0 * d) - d + r * (1.0 - d);
    return vec2<f32>(w * q * (p.y / r), w * q * (p.x / r));
}
