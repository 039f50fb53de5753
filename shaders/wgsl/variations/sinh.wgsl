// Sinh: the complex hyperbolic sine.
// Twin: render-kernel/src/cpu/variations/sinh.rs

fn variation_sinh(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let sc = math_sin_cos(p.y);
    let s = sc.x;
    let c = sc.y;
    let hyperbolic = math_sinh_cosh(p.x);
    let sh = hyperbolic.x;
    let ch = hyperbolic.y;
    return vec2<f32>(w * sh * c, w * ch * s);
}
