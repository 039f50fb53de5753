// The spatial filter: a weighted sum of bins for every pixel, and the tone map on its way out.
//
//     plane -> filter_pixels -> 16-bit pixels
//     plane -> clip_bins -> plane -> filter_pixels                      (early clip)
//     plane -> filter_linear -> filtered density
//
// Twin: `cpu/filter.rs` of the render kernel.

@group(0) @binding(2) var<storage, read_write> plane: array<vec4<f32>>;
// Row-major, sum 1.
@group(0) @binding(3) var<storage, read> filter_kernel: array<f32>;
// Two words a pixel: red and green, blue and alpha, the first of each in the low half.
@group(0) @binding(4) var<storage, read_write> pixels: array<vec2<u32>>;
@group(0) @binding(5) var<storage, read_write> densities: array<vec4<f32>>;

@compute @workgroup_size(8, 8)
fn clip_bins(@builtin(global_invocation_id) id: vec3<u32>) {
    let at = vec2<u32>(id.x, id.y + (8u * band.first));
    if ((at.x >= frame.bins.x) || (at.y >= frame.bins.y)) {
        return;
    }
    let index = (at.y * frame.bins.x) + at.x;
    plane[index] = tone_map(plane[index]);
}

fn filtered(at: vec2<u32>) -> vec4<f32> {
    let corner = (at * frame.supersample) + frame.filter_offset;
    let side = frame.filter_width;
    var sum = vec4<f32>(0.0);
    for (var j = 0u; j < side; j += 1u) {
        let row = ((corner.y + j) * frame.bins.x) + corner.x;
        for (var i = 0u; i < side; i += 1u) {
            sum += filter_kernel[(j * side) + i] * plane[row + i];
        }
    }
    return sum;
}

@compute @workgroup_size(8, 8)
fn filter_pixels(@builtin(global_invocation_id) id: vec3<u32>) {
    let at = vec2<u32>(id.x, id.y + (8u * band.first));
    if ((at.x >= frame.size.x) || (at.y >= frame.size.y)) {
        return;
    }
    let sum = filtered(at);
    let steps = vec4<f32>(256.0, 256.0, 256.0, 65535.0);
    var levels = vec4<u32>(0u);
    if (frame.early_clip != 0u) {
        // A sum of weights is 1 only nearly: to the nearest step, or full light would not be white.
        let limits = vec4<f32>(WHITE, WHITE, WHITE, 1.0);
        levels = vec4<u32>((clamp(sum, vec4<f32>(0.0), limits) * steps) + 0.5);
    } else {
        levels = vec4<u32>(tone_map(sum) * steps);
    }
    pixels[(at.y * frame.size.x) + at.x] = levels.xz | (levels.yw << vec2<u32>(16u));
}

@compute @workgroup_size(8, 8)
fn filter_linear(@builtin(global_invocation_id) id: vec3<u32>) {
    let at = vec2<u32>(id.x, id.y + (8u * band.first));
    if ((at.x >= frame.size.x) || (at.y >= frame.size.y)) {
        return;
    }
    densities[(at.y * frame.size.x) + at.x] = filtered(at);
}
