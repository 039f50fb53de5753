// Fan: swaps the halves of every blade of a fan.
// Twin: render-kernel/src/cpu/variations/fan.rs

fn variation_fan(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let f = a.y;
    let blade = a.z;
    let phi = point_phi(p);
    let late = math_remainder(phi + f, blade) > 0.5 * blade;
    let half_blade = select(0.5 * blade, -0.5 * blade, late);
    let sc = math_sin_cos(phi + half_blade);
    let s = sc.x;
    let c = sc.y;
    let m = w * point_radius(p);
    return vec2<f32>(m * c, m * s);
}
