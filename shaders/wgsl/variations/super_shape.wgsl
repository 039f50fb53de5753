// Super_shape: Gielis' superformula as a radius.
// Twin: render-kernel/src/cpu/variations/super_shape.rs

// Random numbers that a point takes.
const DRAWS_SUPER_SHAPE: u32 = 1u;

fn variation_super_shape(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let rnd = a.y;
    let m = a.z;
    let n2 = a.w;
    let n3 = b.x;
    let exponent = b.y;
    let holes = b.z;
    let r = point_radius(p);
    let sc = math_sin_cos(m * point_theta(p) + 0.25 * MATH_PI);
    let s = sc.x;
    let c = sc.y;
    let sum = math_pow(abs(c), n2) + math_pow(abs(s), n3);
    let size = rnd * draw_uniform(draws) + (1.0 - rnd) * r - holes;
    let q = w * size * math_pow(sum, exponent) / r;
    return vec2<f32>(q * p.x, q * p.y);
}
