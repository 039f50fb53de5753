// Perspective: the plane tilted away from the eye.
// Twin: render-kernel/src/cpu/variations/perspective.rs

fn variation_perspective(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let x_scale = a.x;
    let y_scale = a.y;
    let sine = a.z;
    let dist = a.w;
    let t = 1.0 / (dist - (p.y * sine));
    return vec2<f32>((x_scale * p.x) * t, (y_scale * p.y) * t);
}
