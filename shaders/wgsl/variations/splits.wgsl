// Splits: pulls the four quadrants apart.
// Twin: render-kernel/src/cpu/variations/splits.rs

fn variation_splits(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let x_shift = a.y;
    let y_shift = a.z;
    let x = select(p.x - x_shift, p.x + x_shift, p.x >= 0.0);
    let y = select(p.y - y_shift, p.y + y_shift, p.y >= 0.0);
    return vec2<f32>(w * x, w * y);
}
