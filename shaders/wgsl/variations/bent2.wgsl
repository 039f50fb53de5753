// Bent2: stretches the negative half of each axis.
// Twin: render-kernel/src/cpu/variations/bent2.rs

fn variation_bent2(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let x_stretch = a.y;
    let y_stretch = a.z;
    let x = select(p.x, p.x * x_stretch, p.x < 0.0);
    let y = select(p.y, p.y * y_stretch, p.y < 0.0);
    return vec2<f32>(w * x, w * y);
}
