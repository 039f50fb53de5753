// Radial_blur: smears a point round the origin, towards it, or both.
// Twin: render-kernel/src/cpu/variations/radial_blur.rs

// Random numbers that a point takes.
const DRAWS_RADIAL_BLUR: u32 = BELL_DRAWS;

fn variation_radial_blur(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>, draws: ptr<function, u32>) -> vec2<f32> {
    let w = a.x;
    let spin = a.y;
    let zoom = a.z;
    let g = w * bell(draws);
    let r = point_radius(p);
    let sc = math_sin_cos(point_theta(p) + (spin * g));
    let m = (zoom * g) - 1.0;
    return vec2<f32>((r * sc.y) + (m * p.x), (r * sc.x) + (m * p.y));
}
