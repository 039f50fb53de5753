// Lazysusan: turns and twists a disc; what lies outside keeps its distance.
// Twin: render-kernel/src/cpu/variations/lazysusan.rs

fn variation_lazysusan(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let spin = a.y;
    let space = a.z;
    let twist = a.w;
    let x = b.x;
    let y = b.y;
    let place = vec2<f32>(p.x - x, p.y + y);
    let r = point_radius(place);
    let sc = math_sin_cos((point_theta(place) + spin) + (twist * (w - r)));
    let m = w * (1.0 + (space / r));
    let inner = vec2<f32>((w * r) * sc.y, (w * r) * sc.x);
    let outer = vec2<f32>(m * place.x, m * place.y);
    let to = select(outer, inner, r < w);
    return vec2<f32>(to.x + x, to.y - y);
}
