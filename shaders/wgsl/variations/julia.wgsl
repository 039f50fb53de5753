// Julia: one of the two square roots, at random.
// Twin: render-kernel/src/cpu/variations/julia.rs

// Random numbers that a point takes.
const DRAWS_JULIA: u32 = 1u;

fn variation_julia(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let size = w * sqrt(point_radius(p));
    let sc = math_sin_cos(0.5 * point_phi(p));
    // Half a turn more is the other root.
    let m = select(size, -size, (draw_word(draws) >> 31u) == 1u);
    return vec2<f32>(m * sc.y, m * sc.x);
}
