// Lets a histogram fade: every sum is multiplied by a fraction, rounded down.
// Frames of the live view are laid over what is left of those before them.

struct Fade {
    // Sums of the buffers.
    sums: u32,
    // What is kept, in units of 2^-16.
    keep: u32,
    // How far apart the sums of a thread are.
    stride: u32,
    unused: u32,
}

@group(0) @binding(0) var<uniform> fade_by: Fade;
@group(0) @binding(1) var<storage, read_write> low: array<u32>;
@group(0) @binding(2) var<storage, read_write> high: array<u32>;

// (above * 2^32 + below) * keep / 2^16, as its low and its high word.
fn kept(below: u32, above: u32) -> vec2<u32> {
    let keep = fade_by.keep;
    let from_high = above * keep;
    let from_low = ((below >> 16u) * keep) + (((below & 0xffffu) * keep) >> 16u);
    let lower = from_high << 16u;
    let sum = lower + from_low;
    return vec2<u32>(sum, (from_high >> 16u) + select(0u, 1u, sum < lower));
}

// Sums whose high words lie in a buffer of their own.
@compute @workgroup_size(256)
fn fade(@builtin(global_invocation_id) id: vec3<u32>) {
    for (var at = id.x; at < fade_by.sums; at += fade_by.stride) {
        let sum = kept(low[at], high[at]);
        low[at] = sum.x;
        high[at] = sum.y;
    }
}

// Sums whose high words follow their low words, in the first buffer.
@compute @workgroup_size(256)
fn fade_pairs(@builtin(global_invocation_id) id: vec3<u32>) {
    for (var at = id.x; at < fade_by.sums; at += fade_by.stride) {
        let sum = kept(low[2u * at], low[(2u * at) + 1u]);
        low[2u * at] = sum.x;
        low[(2u * at) + 1u] = sum.y;
    }
}
