// Waves: shifts each axis by the sine of the other.
// Twin: render-kernel/src/cpu/variations/waves.rs

fn variation_waves(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let coef_b = a.y;
    let coef_e = a.z;
    let x_frequency = a.w;
    let y_frequency = b.x;
    return vec2<f32>(
        w * (p.x + coef_b * math_sin(p.y * x_frequency)),
        w * (p.y + coef_e * math_sin(p.x * y_frequency)),
    );
}
