// Wedge_julia: julian, then wedge.
// Twin: render-kernel/src/cpu/variations/wedge_julia.rs

// Random numbers that a point takes.
const DRAWS_WEDGE_JULIA: u32 = 1u;

fn variation_wedge_julia(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let angle = a.y;
    let count = a.z;
    let narrowing = a.w;
    let branches = b.x;
    let inverse_power = b.y;
    let exponent = b.z;
    let k = math_trunc(branches * draw_uniform(draws));
    let turned = (point_theta(p) + MATH_TAU * k) * inverse_power;
    let cut = math_floor((count * turned + MATH_PI) * (1.0 / MATH_TAU));
    let sc = math_sin_cos(turned * narrowing + cut * angle);
    let s = sc.x;
    let c = sc.y;
    let m = w * math_pow(point_radius_squared(p), exponent);
    return vec2<f32>(m * c, m * s);
}
