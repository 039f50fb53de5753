// Whorl: winds ever faster towards a circle; its radius is the weight.
// Twin: render-kernel/src/cpu/variations/whorl.rs

fn variation_whorl(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let inside = a.y;
    let outside = a.z;
    let r = point_radius(p);
    let winding = select(outside, inside, r < w);
    let sc = math_sin_cos(point_theta(p) + winding / (w - r));
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(w * r * c, w * r * s);
}
