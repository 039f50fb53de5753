// The logarithm of the histogram, and density estimation.
//
//     histogram -> prepare -> source, choices, blocks -> collect -> plane
//     histogram -> log_only -> plane                                         (density estimation is off)
//
// A bin of the plane collects what the bins around it spread, so no two invocations write one place. Blocks of 8 by 8
// bins know their greatest reach: where the picture is dense, a bin looks at its own block and little else.
//
// Which kernel a bin gets is decided in integers: the processor's backend decides in double precision, and the plan
// of this one holds, for every kernel, the first sum of hits that gets it.
//
// Twin: `cpu/density.rs` of the render kernel. The sums differ by rounding only; the choice of kernels does not differ.

// 2^32: what a high word counts.
const WORD: f32 = 4294967296.0;

// Red, green, blue and alpha of every bin, in units of 2^-16 of a hit: low words, and high words.
@group(0) @binding(2) var<storage, read> low: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> high: array<vec4<u32>>;
// Low and high word of every bin's count; anything where alpha is the count.
@group(0) @binding(4) var<storage, read> counts: array<vec2<u32>>;
// Low and high word of the first sum of hits that gets kernel 1, 2, ...
@group(0) @binding(5) var<storage, read> thresholds: array<vec2<u32>>;
// Where the weights of a kernel begin, and its reach.
@group(0) @binding(6) var<storage, read> kernels: array<vec2<u32>>;
// Every bin after the logarithm; undefined where nothing is spread.
@group(0) @binding(7) var<storage, read_write> source: array<vec4<f32>>;
// Every bin's kernel: its reach in the high half, 1 + its number in the low one; 0 where nothing is spread.
@group(0) @binding(8) var<storage, read_write> choices: array<u32>;
// 1 + the greatest reach in every block; 0 where nothing is spread.
@group(0) @binding(9) var<storage, read_write> blocks: array<u32>;
// A kernel's rows from its middle down, each whole.
@group(0) @binding(10) var<storage, read> weights: array<f32>;
// Logarithmic density, summed over the passes.
@group(0) @binding(11) var<storage, read_write> plane: array<vec4<f32>>;

var<workgroup> block_reach: atomic<u32>;

// ln(1 + x) for x >= 0, with nothing lost where x is small.
fn ln_of_one_and(x: f32) -> f32 {
    if (x < 0.5) {
        // 2 artanh(s), with s at most 0.2.
        let s = x / (2.0 + x);
        let q = s * s;
        let tail = q * (0.33333334 + (q * (0.2 + (q * (0.14285715 + (q * (0.11111111 + (q * 0.09090909))))))));
        return (2.0 * s) + ((2.0 * s) * tail);
    }
    return math_ln(1.0 + x);
}

// A bin's colour and alpha, scaled to the logarithm of the alpha.
fn log_bin(index: u32) -> vec4<f32> {
    let bin = (vec4<f32>(high[index]) * WORD) + vec4<f32>(low[index]);
    if (bin.w == 0.0) {
        return vec4<f32>(0.0);
    }
    let scale = (frame.k1 * ln_of_one_and(bin.w * frame.k2)) / bin.w;
    return bin * scale;
}

// A bin's count, low word first.
fn count(index: u32) -> vec2<u32> {
    if (frame.counted != 0u) {
        return counts[index];
    }
    return vec2<u32>(low[index].w, high[index].w);
}

// The sum of the counts around a bin.
fn hits_around(at: vec2<u32>) -> vec2<u32> {
    let around = frame.count_around;
    let first = max(at, vec2<u32>(around)) - around;
    let end = min(at + around + 1u, frame.bins);
    var sum = vec2<u32>(0u);
    for (var y = first.y; y < end.y; y += 1u) {
        for (var x = first.x; x < end.x; x += 1u) {
            let one = count((y * frame.bins.x) + x);
            let words = sum.x + one.x;
            let carry = select(0u, 1u, words < one.x);
            sum = vec2<u32>(words, sum.y + one.y + carry);
        }
    }
    return sum;
}

// The kernel for a sum of hits: how many thresholds it has reached.
fn kernel_for(hits: vec2<u32>) -> u32 {
    var least = 0u;
    var most = frame.kernels - 1u;
    while (least < most) {
        let middle = (least + most) / 2u;
        let threshold = thresholds[middle];
        let reached = (hits.y > threshold.y) || ((hits.y == threshold.y) && (hits.x >= threshold.x));
        if (reached) {
            least = middle + 1u;
        } else {
            most = middle;
        }
    }
    return least;
}

@compute @workgroup_size(8, 8)
fn log_only(@builtin(global_invocation_id) id: vec3<u32>) {
    let at = vec2<u32>(id.x, id.y + (8u * band.first));
    if ((at.x >= frame.bins.x) || (at.y >= frame.bins.y)) {
        return;
    }
    let index = (at.y * frame.bins.x) + at.x;
    plane[index] += log_bin(index);
}

@compute @workgroup_size(8, 8)
fn prepare(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    if (lane == 0u) {
        atomicStore(&block_reach, 0u);
    }
    workgroupBarrier();
    let at = vec2<u32>(id.x, id.y + (8u * band.first));
    let inside = (at.x < frame.bins.x) && (at.y < frame.bins.y);
    if (inside) {
        let index = (at.y * frame.bins.x) + at.x;
        let margin = frame.margin;
        let spread = (at.x >= margin) && (at.y >= margin)
            && ((at.x + margin) < frame.bins.x) && ((at.y + margin) < frame.bins.y);
        let own = count(index);
        let alpha = low[index].w | high[index].w;
        var choice = 0u;
        if (spread && (alpha != 0u) && ((own.x | own.y) != 0u)) {
            let kernel = kernel_for(hits_around(at));
            let reach = kernels[kernel].y;
            choice = (reach << 16u) | (kernel + 1u);
            source[index] = log_bin(index);
            atomicMax(&block_reach, reach + 1u);
        }
        choices[index] = choice;
    }
    workgroupBarrier();
    if (lane == 0u) {
        blocks[((group.y + band.first) * frame.blocks.x) + group.x] = atomicLoad(&block_reach);
    }
}

// What the bins of rows and columns `first` to `last` spread to bin `at`.
fn collected(at: vec2<u32>, first: vec2<u32>, last: vec2<u32>) -> vec4<f32> {
    var sum = vec4<f32>(0.0);
    for (var y = first.y; y <= last.y; y += 1u) {
        let down = max(y, at.y) - min(y, at.y);
        for (var x = first.x; x <= last.x; x += 1u) {
            let index = (y * frame.bins.x) + x;
            let choice = choices[index];
            let reach = choice >> 16u;
            let across = max(x, at.x) - min(x, at.x);
            if ((choice != 0u) && (max(down, across) <= reach)) {
                let start = kernels[(choice & 0xffffu) - 1u].x;
                // A kernel is the same on both sides.
                let place = start + (down * ((2u * reach) + 1u)) + reach + across;
                sum += weights[place] * source[index];
            }
        }
    }
    return sum;
}

@compute @workgroup_size(8, 8)
fn collect(@builtin(global_invocation_id) id: vec3<u32>) {
    let at = vec2<u32>(id.x, id.y + (8u * band.first));
    if ((at.x >= frame.bins.x) || (at.y >= frame.bins.y)) {
        return;
    }
    let first_block = (max(at, vec2<u32>(frame.widest)) - frame.widest) / 8u;
    let last_block = min((at + frame.widest) / 8u, frame.blocks - 1u);
    var sum = vec4<f32>(0.0);
    for (var block_y = first_block.y; block_y <= last_block.y; block_y += 1u) {
        for (var block_x = first_block.x; block_x <= last_block.x; block_x += 1u) {
            let touched = blocks[(block_y * frame.blocks.x) + block_x];
            if (touched == 0u) {
                continue;
            }
            let reach = touched - 1u;
            let corner = vec2<u32>(block_x, block_y) * 8u;
            // The part of the block that the widest kernel in it could reach this bin from; none where it ends before
            // it begins.
            let first = max(corner, max(at, vec2<u32>(reach)) - reach);
            let last = min(min(corner + 7u, frame.bins - 1u), at + reach);
            if ((first.x <= last.x) && (first.y <= last.y)) {
                sum += collected(at, first, last);
            }
        }
    }
    plane[(at.y * frame.bins.x) + at.x] += sum;
}
