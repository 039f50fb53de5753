// Diamond: folds circles into a diamond.
// Twin: render-kernel/src/cpu/variations/diamond.rs

fn variation_diamond(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let r = point_radius(p);
    let sin_phi = p.x / r;
    let cos_phi = p.y / r;
    let sc = math_sin_cos(r);
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(w * sin_phi * c, w * cos_phi * s);
}
