// Gaussian_blur: a random point of a soft spot; where the orbit was does not matter.
// Twin: render-kernel/src/cpu/variations/gaussian_blur.rs

// Random numbers that a point takes.
const DRAWS_GAUSSIAN_BLUR: u32 = 1u + BELL_DRAWS;

fn variation_gaussian_blur(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let sc = math_sin_cos(MATH_TAU * draw_uniform(draws));
    let s = sc.x;
    let c = sc.y;
    let m = w * bell(draws);
    return vec2<f32>(m * c, m * s);
}
