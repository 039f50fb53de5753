// Escher: the complex power that turns a picture in a picture into a spiral.
// Twin: render-kernel/src/cpu/variations/escher.rs

fn variation_escher(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let real = a.y;
    let imaginary = a.z;
    let theta = point_theta(p);
    let log = 0.5 * math_ln(point_radius_squared(p));
    let m = w * math_exp(real * log - imaginary * theta);
    let sc = math_sin_cos(real * theta + imaginary * log);
    let s = sc.x;
    let c = sc.y;
    return vec2<f32>(m * c, m * s);
}
