// Rays: random rays out of a bright middle.
// Twin: render-kernel/src/cpu/variations/rays.rs

// Random numbers that a point takes.
const DRAWS_RAYS: u32 = 1u;

fn variation_rays(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w_squared = a.x;
    let span = a.y;
    let m = (w_squared / (point_radius_squared(p) + EPSILON)) * tangent_of(span * draw_uniform(draws));
    return vec2<f32>(m * math_cos(p.x), m * math_sin(p.y));
}
