// Split: mirrors every other stripe of each axis.
// Twin: render-kernel/src/cpu/variations/split.rs

fn variation_split(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let x_pitch = a.y;
    let y_pitch = a.z;
    let flip_x = math_cos(y_pitch * p.y) >= 0.0;
    let flip_y = math_cos(x_pitch * p.x) >= 0.0;
    return vec2<f32>(select(-w * p.x, w * p.x, flip_x), select(-w * p.y, w * p.y, flip_y));
}
