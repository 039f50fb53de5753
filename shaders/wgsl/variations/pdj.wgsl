// Pdj: Peter de Jong's map.
// Twin: render-kernel/src/cpu/variations/pdj.rs

fn variation_pdj(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    return vec2<f32>(
        w * (math_sin(a.y * p.y) - math_cos(a.z * p.x)),
        w * (math_sin(a.w * p.x) - math_cos(b.x * p.y)),
    );
}
