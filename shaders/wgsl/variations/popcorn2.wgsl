// Popcorn2: shifts each axis by the sine of a tangent of the other.
// Twin: render-kernel/src/cpu/variations/popcorn2.rs

fn variation_popcorn2(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let x = a.y;
    let y = a.z;
    let c = a.w;
    return vec2<f32>(
        w * (p.x + (x * math_sin(tangent_of(c * p.y)))),
        w * (p.y + (y * math_sin(tangent_of(c * p.x)))),
    );
}
