// Waves2: shifts each axis by the sine of the other, pitch and size its own.
// Twin: render-kernel/src/cpu/variations/waves2.rs

fn variation_waves2(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let x_frequency = a.y;
    let y_frequency = a.z;
    let x_scale = a.w;
    let y_scale = b.x;
    return vec2<f32>(
        w * (p.x + x_scale * math_sin(p.y * x_frequency)),
        w * (p.y + y_scale * math_sin(p.x * y_frequency)),
    );
}
