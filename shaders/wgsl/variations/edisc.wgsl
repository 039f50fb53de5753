// Edisc: a disc in elliptic coordinates.
// Twin: render-kernel/src/cpu/variations/edisc.rs

fn variation_edisc(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let k = a.x;
    let at = elliptic_at(p);
    let sc = math_sin_cos(math_ln(at.size + sqrt(at.above_one)));
    let c = sc.y;
    let hyperbolic = math_sinh_cosh(-math_atan2(at.height, p.x));
    let sh = hyperbolic.x;
    let ch = hyperbolic.y;
    let s = select(sc.x, -sc.x, p.y > 0.0);
    return vec2<f32>(k * ch * c, k * sh * s);
}
