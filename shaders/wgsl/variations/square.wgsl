// Square: a random point of a square; where the orbit was does not matter.
// Twin: render-kernel/src/cpu/variations/square.rs

// Random numbers that a point takes.
const DRAWS_SQUARE: u32 = 2u;

fn variation_square(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let x = w * (draw_uniform(draws) - 0.5);
    let y = w * (draw_uniform(draws) - 0.5);
    return vec2<f32>(x, y);
}
