// Popcorn: shifts each axis by the sine of a tangent of the other.
// Twin: render-kernel/src/cpu/variations/popcorn.rs

fn variation_popcorn(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let c = a.y;
    let f = a.z;
    return vec2<f32>(
        w * (p.x + (c * math_sin(tangent_of(3.0 * p.y)))),
        w * (p.y + (f * math_sin(tangent_of(3.0 * p.x)))),
    );
}
