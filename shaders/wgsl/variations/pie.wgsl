// Pie: a random point of a sliced disc; where the orbit was does not matter.
// Twin: render-kernel/src/cpu/variations/pie.rs

// Random numbers that a point takes.
const DRAWS_PIE: u32 = 3u;

fn variation_pie(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let slices = a.y;
    let rotation = a.z;
    let thickness = a.w;
    let step = b.x;
    let k = math_trunc((draw_uniform(draws) * slices) + 0.5);
    let within = draw_uniform(draws) * thickness;
    let sc = math_sin_cos(rotation + (step * (k + within)));
    let m = w * draw_uniform(draws);
    return vec2<f32>(m * sc.y, m * sc.x);
}
