// Disc2: a disc wound up along the diagonal and twisted.
// Twin: render-kernel/src/cpu/variations/disc2.rs

fn variation_disc2(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w_over_pi = a.x;
    let pitch = a.y;
    let x_shift = a.z;
    let y_shift = a.w;
    let m = w_over_pi * point_phi(p);
    let sc = math_sin_cos(pitch * (p.x + p.y));
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(m * (s + x_shift), m * (c + y_shift));
}
