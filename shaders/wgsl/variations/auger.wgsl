// Auger: ripples that grow with the distance from the axes.
// Twin: render-kernel/src/cpu/variations/auger.rs

fn variation_auger(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let sym = a.y;
    let weight = a.z;
    let freq = a.w;
    let half_scale = b.x;
    let s = math_sin(freq * p.x);
    let t = math_sin(freq * p.y);
    let x = p.x + weight * (half_scale * t + abs(p.x) * t);
    let y = p.y + weight * (half_scale * s + abs(p.y) * s);
    return vec2<f32>(w * (p.x + sym * (x - p.x)), w * y);
}
