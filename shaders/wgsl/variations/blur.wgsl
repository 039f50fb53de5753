// Blur: a random point of a disc, densest in the middle; where the orbit was does not matter.
// Twin: render-kernel/src/cpu/variations/blur.rs

// Random numbers that a point takes.
const DRAWS_BLUR: u32 = 2u;

fn variation_blur(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let sc = math_sin_cos(MATH_TAU * draw_uniform(draws));
    let s = sc.x;
    let c = sc.y;
    let m = w * draw_uniform(draws);
    return vec2<f32>(m * c, m * s);
}
