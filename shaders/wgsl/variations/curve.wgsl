// Curve: lifts a bell-shaped ridge out of each axis.
// Twin: render-kernel/src/cpu/variations/curve.rs

fn variation_curve(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let x_height = a.y;
    let y_height = a.z;
    let x_fall = a.w;
    let y_fall = b.x;
    return vec2<f32>(
        w * (p.x + x_height * math_exp(p.y * p.y * x_fall)),
        w * (p.y + y_height * math_exp(p.x * p.x * y_fall)),
    );
}
