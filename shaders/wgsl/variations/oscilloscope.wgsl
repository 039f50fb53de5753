// Oscilloscope: mirrors what lies below a fading wave and above its image.
// Twin: render-kernel/src/cpu/variations/oscilloscope.rs

fn variation_oscilloscope(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let separation = a.y;
    let pitch = a.z;
    let amplitude = a.w;
    let damping = b.x;
    let wave = (amplitude * math_exp((-damping) * abs(p.x))) * math_cos(pitch * p.x);
    let inside = abs(p.y) <= (wave + separation);
    return vec2<f32>(w * p.x, select(w * p.y, (-w) * p.y, inside));
}
