// Fisheye: draws far points in towards a circle; flam3 swaps x and y, and so do we.
// Twin: render-kernel/src/cpu/variations/fisheye.rs

fn variation_fisheye(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let m = 2.0 * w / (point_radius(p) + 1.0);
    return vec2<f32>(m * p.y, m * p.x);
}
