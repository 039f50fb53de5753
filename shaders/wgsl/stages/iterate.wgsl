// The chaos game: a workgroup plays one slab of 1,024 points and adds its hits to the histogram.
// Twin: render-kernel/src/cpu/slab.rs; the specification is docs/rendering.md, sections 2, 3 and 5.
//
// A thread has four places, 256 apart: all 32 threads of a group take the same xform. Between two steps the points go
// through workgroup memory to their next places. `assemble` appends what depends on the genome's structure: the
// constants XFORMS, HAS_XAOS, LINEAR_PALETTE and the numbers' layout, `move_point`, `finish_point` and `add_count`.

struct Frame {
    // The first task of this dispatch.
    first_task: u32,
    bins_wide: u32,
    bins_high: u32,
    unused: u32,
}

struct Task {
    key: vec2<u32>,
    // Points to plot.
    samples: u32,
    // Index of the moment.
    moment: u32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> tasks: array<Task>;
// Every moment's maps and constants.
@group(0) @binding(2) var<storage, read> numbers: array<vec4<f32>>;
// Every moment's visibilities of its xforms, then its thresholds, row by row.
@group(0) @binding(3) var<storage, read> integers: array<u32>;
// Every moment's 256 inks: red, green, blue and alpha of a full hit.
@group(0) @binding(4) var<storage, read> palette: array<vec4<u32>>;
@group(0) @binding(5) var<storage, read_write> low: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read_write> high: array<atomic<u32>>;

const THREADS: u32 = 256u;
// Places of a thread.
const OWN: u32 = 4u;
const SLAB_POINTS: u32 = 1024u;
const FUSE: u32 = 24u;
const ATTEMPTS: u32 = 5u;
const FULL_HIT: u32 = 65536u;
// The bits of 1e10. Compared as integers, because drivers may take it that nothing is ever not a number.
const BAD_BITS: u32 = 0x501502f9u;

// A point: x, y and colour.
var<workgroup> slab_x: array<f32, 1024>;
var<workgroup> slab_y: array<f32, 1024>;
var<workgroup> slab_color: array<f32, 1024>;
// The xform that the first point of each group went through, whose visibility is the group's.
var<workgroup> slab_lead: array<u32, 32>;

// Where this moment's numbers, integers and inks begin.
var<private> numbers_at: u32;
var<private> integers_at: u32;
var<private> palette_at: u32;

fn is_bad(p: vec2<f32>) -> bool {
    let size = bitcast<vec2<u32>>(p) & vec2<u32>(0x7fffffffu);
    return max(size.x, size.y) > BAD_BITS;
}

// The xform that `word` chooses in `row`.
fn choose(row: u32, word: u32) -> u32 {
    let bits = word >> 18u;
    let first = integers_at + XFORMS + (row * XFORMS);
    var choice = 0u;
    for (var i = 0u; i < XFORMS; i++) {
        choice += select(0u, 1u, integers[first + i] <= bits);
    }
    return choice;
}

// The place among the groups that decides a group's share of the choices.
fn rank(order: u32, group: u32) -> u32 {
    let mixed = ((group ^ (order >> 27u)) * ((order >> 22u) | 1u)) & 31u;
    let turn = ((order >> 17u) & 0x7fffu) % 5u;
    return ((mixed << turn) | (mixed >> (5u - turn))) & 31u;
}

// Adds `part` to word `at` of the histogram, and what it carries to the high word.
fn add_part(at: u32, part: u32) {
    if part == 0u {
        return;
    }
    let before = atomicAdd(&low[at], part);
    if before > (0xffffffffu - part) {
        atomicAdd(&high[at], 1u);
    }
}

// What a hit with the palette coordinate `color` adds at `visibility`.
fn ink_of(color: f32, visibility: u32) -> vec4<u32> {
    let place = min(u32(max(color, 0.0) * 65536.0), 65535u);
    let index = place >> 8u;
    var ink = seen(palette[palette_at + index], visibility);
    if LINEAR_PALETTE {
        let next = seen(palette[palette_at + min(index + 1u, 255u)], visibility);
        let fraction = i32(place & 255u);
        let way = ((vec4<i32>(next) - vec4<i32>(ink)) * fraction) >> vec4<u32>(8u);
        ink = vec4<u32>(vec4<i32>(ink) + way);
    }
    return ink;
}

fn seen(ink: vec4<u32>, visibility: u32) -> vec4<u32> {
    // At most 65,536 * 65,535, which fits.
    let dimmed = (ink * visibility) >> vec4<u32>(16u);
    return select(dimmed, ink, visibility == FULL_HIT);
}

fn plot(point: vec3<f32>, step: u32, place: u32, xform: u32) {
    let visibility = integers[integers_at + xform];
    if visibility == 0u {
        return;
    }
    let seen_point = finish_point(point, step, place);
    let at = affine(numbers[numbers_at], numbers[numbers_at + 1u], seen_point.xy);
    let wide = f32(frame.bins_wide);
    let high_side = f32(frame.bins_high);
    let inside = (at.x >= 0.0) && (at.x < wide) && (at.y >= 0.0) && (at.y < high_side);
    if !inside {
        return;
    }
    let bin = (u32(at.y) * frame.bins_wide) + u32(at.x);
    let ink = ink_of(seen_point.z, visibility);
    add_part(4u * bin, ink.x);
    add_part((4u * bin) + 1u, ink.y);
    add_part((4u * bin) + 2u, ink.z);
    add_part((4u * bin) + 3u, ink.w);
    add_count(bin, visibility);
}

// One point of the final xform, or the point itself; see `finish_point`.
fn replace_final(point: vec3<f32>, moved: vec3<f32>, probability: f32, step: u32, place: u32) -> vec3<f32> {
    if (probability < 1.0) && (slab_uniform(counter_of(FOR_FINAL, step, place)) >= probability) {
        return point;
    }
    if is_bad(moved.xy) {
        let x = slab_signed(counter_of(FOR_FINAL_X, step, place));
        let y = slab_signed(counter_of(FOR_FINAL_Y, step, place));
        return vec3<f32>(x, y, moved.z);
    }
    return moved;
}

@compute @workgroup_size(256)
fn iterate(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let task = tasks[frame.first_task + workgroup.x];
    slab_key = task.key;
    numbers_at = task.moment * MOMENT_NUMBERS;
    integers_at = task.moment * MOMENT_INTEGERS;
    palette_at = task.moment * 256u;

    for (var own = 0u; own < OWN; own++) {
        let place = thread + (own * THREADS);
        slab_x[place] = slab_signed(counter_of(FOR_START_X, 0u, place));
        slab_y[place] = slab_signed(counter_of(FOR_START_Y, 0u, place));
        slab_color[place] = slab_uniform(counter_of(FOR_START_COLOR, 0u, place));
    }
    let lane = thread & 31u;
    let first_group = thread >> 5u;
    var distance = 0u;
    var left = task.samples;
    var step = 0u;
    workgroupBarrier();
    while left > 0u {
        let offset = key_word(slab_key, counter_of(FOR_CHOICE, step, 0u));
        let order = key_word(slab_key, counter_of(FOR_CHOICE, step, 1u));
        var points: array<vec3<f32>, 4>;
        var choices: array<u32, 4>;
        for (var own = 0u; own < OWN; own++) {
            let group = first_group + (own * 8u);
            let place = thread + (own * THREADS);
            let came_from = (((group + distance) & 31u) << 5u) | lane;
            var row = 0u;
            var word = offset + (rank(order, group) << 27u);
            if HAS_XAOS {
                // The first choice has no past.
                row = select(past_of(came_from) + 1u, 0u, step == 0u);
                word = key_word(slab_key, counter_of(FOR_CHOICE, step, place));
            }
            var point = vec3<f32>(slab_x[came_from], slab_y[came_from], slab_color[came_from]);
            var choice = choose(row, word);
            var attempt = 0u;
            loop {
                point = move_point(choice, point, counter_of(for_variations(attempt), step, place));
                if !is_bad(point.xy) {
                    break;
                }
                attempt++;
                point.x = slab_signed(counter_of(for_retry_x(attempt), step, place));
                point.y = slab_signed(counter_of(for_retry_y(attempt), step, place));
                if attempt == ATTEMPTS {
                    break;
                }
                choice = choose(row, key_word(slab_key, counter_of(for_retry_choice(attempt), step, place)));
            }
            points[own] = point;
            choices[own] = choice;
        }
        workgroupBarrier();
        for (var own = 0u; own < OWN; own++) {
            let place = thread + (own * THREADS);
            slab_x[place] = points[own].x;
            slab_y[place] = points[own].y;
            slab_color[place] = points[own].z;
            if lane == 0u {
                slab_lead[first_group + (own * 8u)] = choices[own];
            }
        }
        keep_past(thread, choices);
        workgroupBarrier();
        if step >= FUSE {
            let plotted = min(left, SLAB_POINTS);
            for (var own = 0u; own < OWN; own++) {
                let place = thread + (own * THREADS);
                if place < plotted {
                    var xform = choices[own];
                    if !HAS_XAOS {
                        xform = slab_lead[first_group + (own * 8u)];
                    }
                    plot(points[own], step, place, xform);
                }
            }
            left -= plotted;
        }
        distance = key_word(vec2<u32>(0u), counter_of(FOR_CHOICE, step, lane)) & 31u;
        step++;
    }
}
