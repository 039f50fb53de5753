// Decoded planes to a picture in RGB, pixel for pixel.
//
// Input: 10-bit code values in the low bits of 16-bit unsigned textures, 4:2:0, BT.709, limited
// range (luma 64 to 940, chroma 64 to 960 around 512). Every adapter has such textures; normalised
// 16-bit ones are an optional feature. The two chroma planes share a texture, which halves the
// reads.
//
// In a cross-fade a second set of planes lies under the first and `share` says how much of the
// first is seen. Whether there is a fade is a constant of the pipeline rather than a value in a
// buffer: software adapters run both sides of a branch, and most pictures are not fading.
//
// Twin: `gpu/color.rs` in the player, a reference that its tests hold this text to.

override fading: bool = false;

struct PlanesUniform {
    // Size of the upper picture in luma pixels; also the size of the target.
    size: vec2<u32>,
    // Size of the picture under it.
    under_size: vec2<u32>,
    // Share of the upper picture in a cross-fade, 0 to 1.
    share: f32,
}

@group(0) @binding(0) var<uniform> planes: PlanesUniform;
@group(0) @binding(1) var luma: texture_2d<u32>;
@group(0) @binding(2) var chroma: texture_2d<u32>;
@group(0) @binding(3) var under_luma: texture_2d<u32>;
@group(0) @binding(4) var under_chroma: texture_2d<u32>;

// Both chroma planes at a luma pixel, in code values, blue first.
//
// Siting "left": a chroma sample sits on the left luma column of its pair and halfway between the
// two rows. So an even column needs one sample across and an odd one the mean of two; vertically
// the nearer sample weighs 3/4 and the other 1/4. Positions beyond the edge repeat the edge.
fn chroma_at(plane: texture_2d<u32>, pixel: vec2<u32>, last: vec2<u32>) -> vec2<f32> {
    let left = pixel.x / 2u;
    let right = min(left + (pixel.x & 1u), last.x);
    let near = pixel.y / 2u;
    var far = min(near + 1u, last.y);
    if ((pixel.y & 1u) == 0u) {
        far = max(near, 1u) - 1u;
    }
    let near_sum = textureLoad(plane, vec2<u32>(left, near), 0).rg
        + textureLoad(plane, vec2<u32>(right, near), 0).rg;
    let far_sum = textureLoad(plane, vec2<u32>(left, far), 0).rg
        + textureLoad(plane, vec2<u32>(right, far), 0).rg;
    return vec2<f32>((3u * near_sum) + far_sum) / 8.0;
}

// BT.709: code values to gamma-coded RGB, 0 to 1.
fn to_rgb(luma_code: u32, chroma_codes: vec2<f32>) -> vec3<f32> {
    let y = (f32(luma_code) - 64.0) / 876.0;
    let c = (chroma_codes - 512.0) / 896.0;
    let rgb = vec3<f32>(
        y + (1.5748 * c.y),
        y - ((0.187324 * c.x) + (0.468124 * c.y)),
        y + (1.8556 * c.x),
    );
    return clamp(rgb, vec3<f32>(0.0), vec3<f32>(1.0));
}

fn last_chroma(size: vec2<u32>) -> vec2<u32> {
    return ((size + 1u) / 2u) - 1u;
}

fn upper_rgb(pixel: vec2<u32>) -> vec3<f32> {
    let codes = chroma_at(chroma, pixel, last_chroma(planes.size));
    return to_rgb(textureLoad(luma, pixel, 0).r, codes);
}

fn under_rgb(pixel: vec2<u32>) -> vec3<f32> {
    let codes = chroma_at(under_chroma, pixel, last_chroma(planes.under_size));
    return to_rgb(textureLoad(under_luma, pixel, 0).r, codes);
}

@fragment
fn planes_to_rgb(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let pixel = min(vec2<u32>(position.xy), planes.size - 1u);
    var rgb = upper_rgb(pixel);
    if (fading) {
        // Clips of one flock have one size. Where two flocks meet, the nearest pixel will do for
        // the seconds of a fade.
        let under_pixel = (pixel * planes.under_size) / planes.size;
        rgb = mix(under_rgb(under_pixel), rgb, planes.share);
    }
    return vec4<f32>(rgb, 1.0);
}
