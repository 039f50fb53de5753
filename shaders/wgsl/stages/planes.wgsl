// A picture as a video encoder takes it: 10 bits, BT.709, limited range, 4:2:0 sited left.
//
// Integers only, so the same pixels give the same planes on every device. The processor's backend sums in 64 bits;
// here a sum that does not fit into 32 is cut into its high part and its low byte, which gives the same number.
//
// Twin: `planes.rs` of the render kernel.

// Twin: `develop.rs` of the shaders crate, field for field.
struct PlanesMatrix {
    // The luma's shares of red, green and blue, in units of 2^-20; the fourth is unused.
    luma: vec4<i32>,
    chroma_blue: vec4<i32>,
    chroma_red: vec4<i32>,
    // Size of the picture in pixels.
    size: vec2<u32>,
}

@group(0) @binding(0) var<uniform> matrix: PlanesMatrix;
// Two words a pixel: red and green, blue and alpha, the first of each in the low half.
@group(0) @binding(1) var<storage, read> pixels: array<vec2<u32>>;
// Luma, blue difference, red difference; two numbers a word, the first in the low half; each plane begins with a word.
@group(0) @binding(2) var<storage, read_write> planes: array<u32>;

fn pixel(x: u32, y: u32) -> vec3<i32> {
    let words = pixels[(y * matrix.size.x) + x];
    return vec3<i32>(vec3<u32>(words.x & 0xffffu, words.x >> 16u, words.y & 0xffffu));
}

fn sum_of(row: vec4<i32>, color: vec3<i32>) -> i32 {
    return (row.x * color.x) + (row.y * color.y) + (row.z * color.z);
}

// Luma of pixel `index`.
fn luma(index: u32) -> u32 {
    let color = pixel(index % matrix.size.x, index / matrix.size.x);
    return u32(64 + ((sum_of(matrix.luma, color) + (1 << 19u)) >> 20u));
}

// A colour difference at place `index` of the halved picture: two rows, and 1-2-1 over the columns around the even one.
fn chroma(row: vec4<i32>, index: u32) -> u32 {
    let half_wide = (matrix.size.x + 1u) / 2u;
    let x = 2u * (index % half_wide);
    let y = 2u * (index / half_wide);
    let left = max(x, 1u) - 1u;
    let right = min(x + 1u, matrix.size.x - 1u);
    let below = min(y + 1u, matrix.size.y - 1u);
    let upper_sum = pixel(left, y) + (2 * pixel(x, y)) + pixel(right, y);
    let lower_sum = pixel(left, below) + (2 * pixel(x, below)) + pixel(right, below);
    let sum = upper_sum + lower_sum;
    // floor((256 * high + low + 2^22) / 2^23), with no term beyond 32 bits.
    let high = sum_of(row, sum >> vec3<u32>(8u));
    let low = sum_of(row, sum & vec3<i32>(255));
    return u32(512 + ((high + (1 << 14u) + (low >> 8u)) >> 15u));
}

@compute @workgroup_size(256)
fn make_planes(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let word = (((group.y * 256u) + group.x) * 256u) + lane;
    let luma_count = matrix.size.x * matrix.size.y;
    let chroma_count = ((matrix.size.x + 1u) / 2u) * ((matrix.size.y + 1u) / 2u);
    let luma_words = (luma_count + 1u) / 2u;
    let chroma_words = (chroma_count + 1u) / 2u;
    if (word < luma_words) {
        let first = 2u * word;
        var packed = luma(first);
        if ((first + 1u) < luma_count) {
            packed = packed | (luma(first + 1u) << 16u);
        }
        planes[word] = packed;
    } else if (word < (luma_words + (2u * chroma_words))) {
        let place = word - luma_words;
        let red = place >= chroma_words;
        let first = 2u * select(place, place - chroma_words, red);
        let row = select(matrix.chroma_blue, matrix.chroma_red, red);
        var packed = chroma(row, first);
        if ((first + 1u) < chroma_count) {
            packed = packed | (chroma(row, first + 1u) << 16u);
        }
        planes[word] = packed;
    }
}
