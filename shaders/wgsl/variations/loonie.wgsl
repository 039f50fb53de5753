// Loonie: turns a disc inside out; its radius is the weight.
// Twin: render-kernel/src/cpu/variations/loonie.rs

fn variation_loonie(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let w_squared = a.y;
    let r2 = point_radius_squared(p);
    // What lies outside has no root; it is left out before it is taken.
    let inside = r2 < w_squared;
    let square = select(1.0, (w_squared / r2) - 1.0, inside);
    let m = select(w, w * sqrt(square), inside);
    return vec2<f32>(m * p.x, m * p.y);
}
