// Mobius: a complex linear fraction.
// Twin: render-kernel/src/cpu/variations/mobius.rs

fn variation_mobius(a: vec4<f32>, b: vec4<f32>, p: vec2<f32>) -> vec2<f32> {
    let re_a = a.x;
    let im_a = a.y;
    let re_b = a.z;
    let im_b = a.w;
    let re_c = b.x;
    let im_c = b.y;
    let re_d = b.z;
    let im_d = b.w;
    let above_x = ((re_a * p.x) - (im_a * p.y)) + re_b;
    let above_y = ((re_a * p.y) + (im_a * p.x)) + im_b;
    let below_x = ((re_c * p.x) - (im_c * p.y)) + re_d;
    let below_y = ((re_c * p.y) + (im_c * p.x)) + im_d;
    let m = 1.0 / ((below_x * below_x) + (below_y * below_y));
    return vec2<f32>(
        m * ((above_x * below_x) + (above_y * below_y)),
        m * ((above_y * below_x) - (above_x * below_y)),
    );
}
