// Pre_blur: blurs the point itself, before the other variations of its xform see it.
// Twin: render-kernel/src/cpu/variations/pre_blur.rs

// Random numbers that a point takes.
const DRAWS_PRE_BLUR: u32 = 1u + BELL_DRAWS;

fn variation_pre_blur(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let sc = math_sin_cos(MATH_TAU * draw_uniform(draws));
    let m = w * bell(draws);
    return vec2<f32>(p.x + (m * sc.y), p.y + (m * sc.x));
}
