// Ngon: bends circles towards polygons.
// Twin: render-kernel/src/cpu/variations/ngon.rs

fn variation_ngon(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let w = a.x;
    let exponent = a.y;
    let circle = a.z;
    let corners = a.w;
    let sector = b.x;
    let sectors_per_radian = b.y;
    let theta = point_theta(p);
    let whole = theta - (sector * math_floor(theta * sectors_per_radian));
    let t = select(whole, whole - sector, whole > (0.5 * sector));
    let bend = (corners * ((1.0 / (math_cos(t) + EPSILON)) - 1.0)) + circle;
    let m = (w * bend) / (math_pow(point_radius_squared(p), exponent) + EPSILON);
    return vec2<f32>(m * p.x, m * p.y);
}
