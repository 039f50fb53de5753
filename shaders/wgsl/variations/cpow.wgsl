// Cpow: a complex power, one of its branches at random.
// Twin: render-kernel/src/cpu/variations/cpow.rs

// Random numbers that a point takes.
const DRAWS_CPOW: u32 = 1u;

fn variation_cpow(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let real = a.y;
    let imaginary = a.z;
    let step = a.w;
    let power = b.x;
    let theta = point_theta(p);
    let log = 0.5 * math_ln(point_radius_squared(p));
    let branch = math_floor(power * draw_uniform(draws));
    let sc = math_sin_cos(real * theta + imaginary * log + step * branch);
    let s = sc.x;
    let c = sc.y;
    let m = w * math_exp(real * log - imaginary * theta);
    return vec2<f32>(m * c, m * s);
}
