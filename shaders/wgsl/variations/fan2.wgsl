// Fan2: swaps the halves of every blade of a fan of its own.
// Twin: render-kernel/src/cpu/variations/fan2.rs

fn variation_fan2(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let turn = a.y;
    let blade = a.z;
    let phi = point_phi(p);
    let t = math_remainder(phi + turn, blade);
    let half_blade = select(0.5 * blade, -0.5 * blade, t > 0.5 * blade);
    let sc = math_sin_cos(phi + half_blade);
    let s = sc.x;
    let c = sc.y;
    let m = w * point_radius(p);
    return vec2<f32>(m * s, m * c);
}
