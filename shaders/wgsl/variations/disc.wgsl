// Disc: winds the plane up inside the unit disc; the angle becomes the radius.
// Twin: render-kernel/src/cpu/variations/disc.rs

fn variation_disc(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w_over_pi = a.x;
    let m = w_over_pi * point_phi(p);
    let sc = math_sin_cos(MATH_PI * point_radius(p));
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(m * s, m * c);
}
