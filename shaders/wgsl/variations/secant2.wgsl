// Secant2: hangs the plane on the secant of the radius.
// Twin: render-kernel/src/cpu/variations/secant2.rs

fn variation_secant2(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let c = math_cos(w * point_radius(p));
    let shift = select(-1.0, 1.0, c < 0.0);
    return vec2<f32>(w * p.x, w * (1.0 / c + shift));
}
