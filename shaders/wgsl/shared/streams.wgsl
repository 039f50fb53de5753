// Random numbers without state: a number is a hash of what it is for.
// Twin: render-kernel/src/streams.rs

const PLACES: u32 = 1024u;
const PURPOSE: u32 = 1048576u;

const FOR_CHOICE: u32 = 0u;
const FOR_START_X: u32 = 1u;
const FOR_START_Y: u32 = 2u;
const FOR_START_COLOR: u32 = 3u;
const FOR_FINAL: u32 = 4u;
const FOR_FINAL_X: u32 = 5u;
const FOR_FINAL_Y: u32 = 6u;
const FOR_FINAL_VARIATIONS: u32 = 1344u;

// The key of the slab that this workgroup plays.
var<private> slab_key: vec2<u32>;

fn for_retry_x(attempt: u32) -> u32 {
    return 8u + (4u * attempt);
}

fn for_retry_y(attempt: u32) -> u32 {
    return 9u + (4u * attempt);
}

fn for_retry_choice(attempt: u32) -> u32 {
    return 10u + (4u * attempt);
}

fn for_variations(attempt: u32) -> u32 {
    return 64u + (256u * attempt);
}

fn scramble(word: u32) -> u32 {
    let once = (word ^ (word >> 16u)) * 0x21f0aaadu;
    let twice = (once ^ (once >> 15u)) * 0x735a2d97u;
    return twice ^ (twice >> 15u);
}

fn key_word(key: vec2<u32>, counter: u32) -> u32 {
    return scramble(scramble(counter + key.x) ^ key.y);
}

fn counter_of(purpose: u32, step: u32, place: u32) -> u32 {
    return (purpose * PURPOSE) + (step * PLACES) + place;
}

// The 24 highest bits of a word as a number in 0..1; exact in single precision.
fn unit(word: u32) -> f32 {
    return f32(word >> 8u) * (1.0 / 16777216.0);
}

fn slab_uniform(counter: u32) -> f32 {
    return unit(key_word(slab_key, counter));
}

fn slab_signed(counter: u32) -> f32 {
    return (2.0 * slab_uniform(counter)) - 1.0;
}

// The next word of a point's draws.
fn draw_word(draws: ptr<function, u32>) -> u32 {
    let word = key_word(slab_key, *draws);
    *draws = *draws + PURPOSE;
    return word;
}

// The next number in 0..1.
fn draw_uniform(draws: ptr<function, u32>) -> f32 {
    return unit(draw_word(draws));
}
