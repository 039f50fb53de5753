// Scry: the plane in a crystal ball; the weight is in the ball and does not multiply.
// Twin: render-kernel/src/cpu/variations/scry.rs

fn variation_scry(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let ball = a.x;
    let m = 1.0 / (point_radius(p) * (point_radius_squared(p) + ball));
    return vec2<f32>(m * p.x, m * p.y);
}
