// Spiral: a spiral wound around the origin.
// Twin: render-kernel/src/cpu/variations/spiral.rs

fn variation_spiral(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let r = point_radius(p);
    let q = r + EPSILON;
    let sc = math_sin_cos(q);
    let s = sc.x;
    let c = sc.y;
    let sin_phi = p.x / r;
    let cos_phi = p.y / r;
    return vec2<f32>(w * (cos_phi + s) / q, w * (sin_phi - c) / q);
}
