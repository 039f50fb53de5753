// Arch: a random point of an arch; where the orbit was does not matter.
// Twin: render-kernel/src/cpu/variations/arch.rs

// Random numbers that a point takes.
const DRAWS_ARCH: u32 = 1u;

fn variation_arch(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let span = a.y;
    let sc = math_sin_cos(span * draw_uniform(draws));
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(w * s, w * s * s / c);
}
