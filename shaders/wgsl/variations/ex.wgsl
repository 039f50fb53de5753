// Ex: an X of cubed sines.
// Twin: render-kernel/src/cpu/variations/ex.rs

fn variation_ex(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let r = point_radius(p);
    let phi = point_phi(p);
    let sine = math_sin(phi + r);
    let cosine = math_cos(phi - r);
    let s = sine * sine * sine * r;
    let c = cosine * cosine * cosine * r;
    return vec2<f32>(w * (s + c), w * (s - c));
}
