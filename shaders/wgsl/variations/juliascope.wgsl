// Juliascope: julian with every other branch mirrored.
// Twin: render-kernel/src/cpu/variations/juliascope.rs

// Random numbers that a point takes.
const DRAWS_JULIASCOPE: u32 = 1u;

fn variation_juliascope(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let branches = a.y;
    let inverse_power = a.z;
    let exponent = a.w;
    let k = math_trunc(branches * draw_uniform(draws));
    let odd = (k - (2.0 * math_floor(0.5 * k))) == 1.0;
    let theta = select(point_theta(p), -point_theta(p), odd);
    let sc = math_sin_cos(((MATH_TAU * k) + theta) * inverse_power);
    let m = w * math_pow(point_radius_squared(p), exponent);
    return vec2<f32>(m * sc.y, m * sc.x);
}
