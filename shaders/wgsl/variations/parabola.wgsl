// Parabola: a random point under the squared sine of the radius.
// Twin: render-kernel/src/cpu/variations/parabola.rs

// Random numbers that a point takes.
const DRAWS_PARABOLA: u32 = 2u;

fn variation_parabola(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let tall = a.x;
    let wide = a.y;
    let sc = math_sin_cos(point_radius(p));
    let x = ((tall * sc.x) * sc.x) * draw_uniform(draws);
    let y = (wide * sc.y) * draw_uniform(draws);
    return vec2<f32>(x, y);
}
