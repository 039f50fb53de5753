// Cross: throws points out along the diagonals.
// Twin: render-kernel/src/cpu/variations/cross.rs

fn variation_cross(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let d = (p.x - p.y) * (p.x + p.y);
    let m = w / sqrt(d * d + EPSILON);
    return vec2<f32>(m * p.x, m * p.y);
}
