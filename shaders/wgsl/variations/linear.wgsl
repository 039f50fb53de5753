// Linear: the point itself, scaled.
// Twin: render-kernel/src/cpu/variations/linear.rs
fn variation_linear(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    return vec2<f32>(w * p.x, w * p.y);
}
