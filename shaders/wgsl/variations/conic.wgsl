// Conic: a random radius under a conic section.
// Twin: render-kernel/src/cpu/variations/conic.rs

// Random numbers that a point takes.
const DRAWS_CONIC: u32 = 1u;

fn variation_conic(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let eccentricity = a.y;
    let holes = a.z;
    let r = point_radius(p);
    let section = eccentricity / (1.0 + eccentricity * (p.x / r));
    let q = w * (draw_uniform(draws) - holes) * section / r;
    return vec2<f32>(q * p.x, q * p.y);
}
