// The last steps of every picture on its way to the screen.
//
// Pictures have more than the 8 bits a channel that most screens take, so a fixed noise of half a step of the
// target's hides the bands that smooth glows would show. Its formula is "interleaved gradient noise" from J. Jimenez, Next
// Generation Post Processing in Call of Duty (2014).

// The target applies the sRGB curve to what is written.
override target_is_linear: bool = false;
// Steps that a channel of the target has above black: 255 with 8 bits, 1023 with 10.
override target_steps: f32 = 255.0;

fn gradient_noise(pixel: vec2<f32>) -> f32 {
    return fract(52.9829189 * fract(dot(pixel, vec2<f32>(0.06711056, 0.00583715))));
}

fn srgb_to_linear(coded: vec3<f32>) -> vec3<f32> {
    let low = coded / 12.92;
    let high = pow((coded + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, coded <= vec3<f32>(0.04045));
}

// What the screen's pixel `pixel` gets of the gamma-coded `color` at place `at` of the picture, which reaches from
// 0 to 1; black outside.
fn displayed(color: vec3<f32>, pixel: vec2<f32>, at: vec2<f32>) -> vec4<f32> {
    var shown = color + ((gradient_noise(floor(pixel)) - 0.5) / target_steps);
    shown = clamp(shown, vec3<f32>(0.0), vec3<f32>(1.0));
    if (any(at < vec2<f32>(0.0)) || any(at > vec2<f32>(1.0))) {
        shown = vec3<f32>(0.0);
    }
    if (target_is_linear) {
        shown = srgb_to_linear(shown);
    }
    return vec4<f32>(shown, 1.0);
}

