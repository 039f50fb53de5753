// Handkerchief: turns its two axes apart by the radius.
// Twin: render-kernel/src/cpu/variations/handkerchief.rs

fn variation_handkerchief(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let r = point_radius(p);
    let phi = point_phi(p);
    return vec2<f32>((w * r) * math_sin(phi + r), (w * r) * math_cos(phi - r));
}
