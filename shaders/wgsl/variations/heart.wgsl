// Heart: turns a point by its angle times its radius.
// Twin: render-kernel/src/cpu/variations/heart.rs

fn variation_heart(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let r = point_radius(p);
    let sc = math_sin_cos(r * point_phi(p));
    return vec2<f32>((w * r) * sc.x, ((-w) * r) * sc.y);
}
