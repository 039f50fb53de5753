// Flower: a random radius under a rose curve.
// Twin: render-kernel/src/cpu/variations/flower.rs

// Random numbers that a point takes.
const DRAWS_FLOWER: u32 = 1u;

fn variation_flower(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let petals = a.y;
    let holes = a.z;
    let q = w * (draw_uniform(draws) - holes) * math_cos(petals * point_theta(p)) / point_radius(p);
    return vec2<f32>(q * p.x, q * p.y);
}
