// Stripes: cuts the plane into bent stripes.
// Twin: render-kernel/src/cpu/variations/stripes.rs

fn variation_stripes(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let narrowing = a.y;
    let warp = a.z;
    let stripe = math_floor(p.x + 0.5);
    let x = p.x - stripe;
    return vec2<f32>(w * (x * narrowing + stripe), w * (p.y + x * x * warp));
}
