// Modulus: wraps the plane into a rectangle.
// Twin: render-kernel/src/cpu/variations/modulus.rs

fn variation_modulus(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let width = a.y;
    let height = a.z;
    return vec2<f32>(w * modulus_wrap(p.x, width), w * modulus_wrap(p.y, height));
}

// One axis: the place wrapped into plus and minus `size`.
fn modulus_wrap(x: f32, size: f32) -> f32 {
    let above = (-size) + math_remainder(x + size, 2.0 * size);
    let below = size - math_remainder(size - x, 2.0 * size);
    return select(select(x, below, x < -size), above, x > size);
}
