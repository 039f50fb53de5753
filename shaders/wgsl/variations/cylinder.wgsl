// Cylinder: rolls the x axis up.
// Twin: render-kernel/src/cpu/variations/cylinder.rs

fn variation_cylinder(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    return vec2<f32>(w * math_sin(p.x), w * p.y);
}
