// Two neighbouring pictures of the film to the screen: scaled, framed and blended.
//
// The film runs at its own rate and the screen at another; between two pictures the screen shows
// a mixture, `blend` of the way from the earlier to the later. Where the picture does not reach,
// the screen is black. Software adapters have no time for two pictures and show the earlier alone.
//
// The pictures are gamma-coded RGB with 10 bits a channel. Most screens take 8, so a fixed noise
// of half a step hides the bands that smooth glows would show. Its formula is "interleaved
// gradient noise" from J. Jimenez, Next Generation Post Processing in Call of Duty (2014).

// Constants of the pipeline, so that what is not wanted costs nothing.
override blending: bool = true;
// The target applies the sRGB curve to what is written.
override target_is_linear: bool = false;

struct ScreenUniform {
    // Picture position = screen position * scale + offset, both from 0 to 1.
    scale: vec2<f32>,
    offset: vec2<f32>,
    // Screen size in pixels.
    size: vec2<f32>,
    // 0 shows the earlier picture, 1 the later.
    blend: f32,
}

@group(0) @binding(0) var<uniform> screen: ScreenUniform;
@group(0) @binding(1) var smooth_sampler: sampler;
@group(0) @binding(2) var earlier: texture_2d<f32>;
@group(0) @binding(3) var later: texture_2d<f32>;

fn gradient_noise(pixel: vec2<f32>) -> f32 {
    return fract(52.9829189 * fract(dot(pixel, vec2<f32>(0.06711056, 0.00583715))));
}

fn srgb_to_linear(coded: vec3<f32>) -> vec3<f32> {
    let low = coded / 12.92;
    let high = pow((coded + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, coded <= vec3<f32>(0.04045));
}

@fragment
fn picture_to_screen(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let at = ((position.xy / screen.size) * screen.scale) + screen.offset;
    var color = textureSampleLevel(earlier, smooth_sampler, at, 0.0).rgb;
    if (blending) {
        let after = textureSampleLevel(later, smooth_sampler, at, 0.0).rgb;
        color = mix(color, after, screen.blend);
    }
    color = color + ((gradient_noise(floor(position.xy)) - 0.5) / 255.0);
    color = clamp(color, vec3<f32>(0.0), vec3<f32>(1.0));
    if (any(at < vec2<f32>(0.0)) || any(at > vec2<f32>(1.0))) {
        color = vec3<f32>(0.0);
    }
    if (target_is_linear) {
        color = srgb_to_linear(color);
    }
    return vec4<f32>(color, 1.0);
}
