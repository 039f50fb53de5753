// Rectangles: mirrors every cell of a grid at its middle.
// Twin: render-kernel/src/cpu/variations/rectangles.rs

fn variation_rectangles(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let width = a.y;
    let height = a.z;
    return vec2<f32>(w * rectangles_mirror(p.x, width), w * rectangles_mirror(p.y, height));
}

// One axis: the place mirrored within its cell of size `size`; 0 leaves the axis alone.
fn rectangles_mirror(x: f32, size: f32) -> f32 {
    let mirrored = (((2.0 * math_floor(x / size)) + 1.0) * size) - x;
    return select(mirrored, x, size == 0.0);
}
