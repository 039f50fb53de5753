// Swirl: turns a point by its squared radius.
// Twin: render-kernel/src/cpu/variations/swirl.rs

fn variation_swirl(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let sc = math_sin_cos(point_radius_squared(p));
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(w * (p.x * s - p.y * c), w * (p.x * c + p.y * s));
}
