// Flux: field lines between two poles, whose distance is the weight.
// Twin: render-kernel/src/cpu/variations/flux.rs

fn variation_flux(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let size = a.y;
    let plus = p.x + w;
    let minus = p.x - w;
    let angle = 0.5 * (math_atan2(p.y, minus) - math_atan2(p.y, plus));
    let ratio = (plus * plus + p.y * p.y) / (minus * minus + p.y * p.y);
    let m = size * sqrt(sqrt(ratio));
    let sc = math_sin_cos(angle);
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(m * c, m * s);
}
