// Sinusoidal: folds the plane into a square.
// Twin: render-kernel/src/cpu/variations/sinusoidal.rs

fn variation_sinusoidal(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    return vec2<f32>(w * math_sin(p.x), w * math_sin(p.y));
}
