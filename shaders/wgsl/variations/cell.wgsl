// Cell: shuffles the cells of a grid into one quadrant, like cards.
// Twin: render-kernel/src/cpu/variations/cell.rs

fn variation_cell(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let size = a.y;
    let inverse_size = a.z;
    let i = math_floor(p.x * inverse_size);
    let j = math_floor(p.y * inverse_size);
    let x = p.x - i * size;
    let y = p.y - j * size;
    return vec2<f32>(w * (x + cell_spread(i) * size), -w * (y + cell_spread(j) * size));
}

// The cell that cell `i` moves to: every other one, the negative ones on the odd places.
fn cell_spread(i: f32) -> f32 {
    return select(-(2.0 * i + 1.0), 2.0 * i, i >= 0.0);
}
