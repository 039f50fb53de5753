// Blob: a radius that swings between two bounds with the angle.
// Twin: render-kernel/src/cpu/variations/blob.rs

fn variation_blob(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let low = a.y;
    let span = a.z;
    let waves = a.w;
    let m = w * (low + span * (0.5 + 0.5 * math_sin(waves * point_phi(p))));
    return vec2<f32>(m * p.x, m * p.y);
}
