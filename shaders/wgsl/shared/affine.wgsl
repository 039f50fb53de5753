// An affine map: its two rows, the fourth numbers unused.
// Twin: `Lanes::mapped` of render-kernel/src/cpu/lanes.rs

fn affine(x: vec4<f32>, y: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    return vec2<f32>((x.x * p.x) + (x.y * p.y) + x.z, (y.x * p.x) + (y.y * p.y) + y.z);
}
