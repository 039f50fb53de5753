// Noise: scatters each axis by the same random length and angle.
// Twin: render-kernel/src/cpu/variations/noise.rs

// Random numbers that a point takes.
const DRAWS_NOISE: u32 = 2u;

fn variation_noise(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let sc = math_sin_cos(MATH_TAU * draw_uniform(draws));
    let m = w * draw_uniform(draws);
    return vec2<f32>((m * p.x) * sc.y, (m * p.y) * sc.x);
}
