// Eyefish: draws far points in towards a circle.
// Twin: render-kernel/src/cpu/variations/eyefish.rs

fn variation_eyefish(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let m = 2.0 * w / (point_radius(p) + 1.0);
    return vec2<f32>(m * p.x, m * p.y);
}
