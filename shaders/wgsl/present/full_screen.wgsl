// One triangle that covers the whole target: corners (-1, -1), (3, -1), (-1, 3) in clip space.
// Cheaper than two triangles, which would shade the pixels on their shared diagonal twice.

@vertex
fn full_screen(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    let corner = vec2<f32>(f32((index << 1u) & 2u), f32(index & 2u));
    return vec4<f32>((corner * 2.0) - vec2<f32>(1.0, 1.0), 0.0, 1.0);
}
