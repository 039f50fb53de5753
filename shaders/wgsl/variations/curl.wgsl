// Curl: divides by a complex polynomial of the point.
// Twin: render-kernel/src/cpu/variations/curl.rs

fn variation_curl(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let c1 = a.y;
    let c2 = a.z;
    let re = 1.0 + c1 * p.x + c2 * (p.x * p.x - p.y * p.y);
    let im = c1 * p.y + 2.0 * c2 * p.x * p.y;
    let m = w / (re * re + im * im);
    return vec2<f32>(m * (p.x * re + p.y * im), m * (p.y * re - p.x * im));
}
