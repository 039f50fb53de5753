// Wedge: cuts wedges out of the plane and closes the gaps.
// Twin: render-kernel/src/cpu/variations/wedge.rs

fn variation_wedge(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let angle = a.y;
    let hole = a.z;
    let count = a.w;
    let swirl = b.x;
    let narrowing = b.y;
    let r = point_radius(p);
    let turned = point_theta(p) + swirl * r;
    let cut = math_floor((count * turned + MATH_PI) * (1.0 / MATH_TAU));
    let sc = math_sin_cos(turned * narrowing + cut * angle);
    let s = sc.x;
    let c = sc.y;
    let m = w * (r + hole);
    return vec2<f32>(m * c, m * s);
}
