// Blade: swings x out and back by a random angle; y only sets how far.
// Twin: render-kernel/src/cpu/variations/blade.rs

// Random numbers that a point takes.
const DRAWS_BLADE: u32 = 1u;

fn variation_blade(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let sc = math_sin_cos(draw_uniform(draws) * w * point_radius(p));
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(w * p.x * (c + s), w * p.x * (c - s));
}
