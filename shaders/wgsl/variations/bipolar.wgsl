// Bipolar: bipolar coordinates, shifted round.
// Twin: render-kernel/src/cpu/variations/bipolar.rs

fn variation_bipolar(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let x_scale = a.x;
    let y_scale = a.y;
    let shift = a.z;
    let t = point_radius_squared(p) + 1.0;
    let u = 2.0 * p.x;
    let v = 0.5 * math_atan2(2.0 * p.y, point_radius_squared(p) - 1.0) - shift;
    let above = -MATH_HALF_PI + math_remainder(v + MATH_HALF_PI, MATH_PI);
    let below = MATH_HALF_PI - math_remainder(MATH_HALF_PI - v, MATH_PI);
    let wrapped = select(select(v, below, v < -MATH_HALF_PI), above, v > MATH_HALF_PI);
    return vec2<f32>(x_scale * math_ln((t + u) / (t - u)), y_scale * wrapped);
}
