// Two neighbouring pictures of the film to the screen: scaled, framed and blended.
//
// The film runs at its own rate and the screen at another; between two pictures the screen shows
// a mixture, `blend` of the way from the earlier to the later. Where the picture does not reach,
// the screen is black. Software adapters have no time for two pictures and show the earlier alone.
//
// The pictures are gamma-coded RGB with 10 bits a channel.

// Constants of the pipeline, so that what is not wanted costs nothing.
override blending: bool = true;

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

@fragment
fn picture_to_screen(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let at = ((position.xy / screen.size) * screen.scale) + screen.offset;
    var color = textureSampleLevel(earlier, smooth_sampler, at, 0.0).rgb;
    if (blending) {
        let after = textureSampleLevel(later, smooth_sampler, at, 0.0).rgb;
        color = mix(color, after, screen.blend);
    }
    return displayed(color, position.xy, at);
}
