// Separation: opens a gap along each axis, with hyperbolas for banks.
// Twin: render-kernel/src/cpu/variations/separation.rs

fn variation_separation(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let x_squared = a.y;
    let y_squared = a.z;
    let x_inside = a.w;
    let y_inside = b.x;
    return vec2<f32>(
        w * separation_part(p.x, x_squared, x_inside),
        w * separation_part(p.y, y_squared, y_inside),
    );
}

// One axis: the place pushed out along its hyperbola.
fn separation_part(x: f32, gap_squared: f32, inside: f32) -> f32 {
    let size = sqrt(x * x + gap_squared);
    let bank = select(-size, size, x > 0.0);
    return bank - x * inside;
}
