// Julian: one of the roots of order `power`, at random.
// Twin: render-kernel/src/cpu/variations/julian.rs

// Random numbers that a point takes.
const DRAWS_JULIAN: u32 = 1u;

fn variation_julian(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let branches = a.y;
    let inverse_power = a.z;
    let exponent = a.w;
    let k = math_trunc(branches * draw_uniform(draws));
    let sc = math_sin_cos((point_theta(p) + (MATH_TAU * k)) * inverse_power);
    let m = w * math_pow(point_radius_squared(p), exponent);
    return vec2<f32>(m * sc.y, m * sc.x);
}
