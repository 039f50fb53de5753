// Bent: stretches the left half and flattens the half below 0.
// Twin: render-kernel/src/cpu/variations/bent.rs

fn variation_bent(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let x = select(p.x, 2.0 * p.x, p.x < 0.0);
    let y = select(p.y, 0.5 * p.y, p.y < 0.0);
    return vec2<f32>(w * x, w * y);
}
