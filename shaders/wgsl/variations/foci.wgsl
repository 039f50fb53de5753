// Foci: elliptic coordinates seen from their foci.
// Twin: render-kernel/src/cpu/variations/foci.rs

fn variation_foci(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let argument = hyperbolic_argument(p.x);
    let x = argument.x;
    let overflow = argument.y;
    let p_half = 0.5 * math_exp(x);
    let q_half = 0.25 / p_half;
    let sc = math_sin_cos(p.y);
    let s = sc.x;
    let c = sc.y;
    let t = w / (p_half + q_half - c);
    return vec2<f32>(t * (p_half - q_half) + overflow, t * s);
}
