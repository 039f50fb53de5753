//! Random numbers without state: every number is a function of where it is used.
//!
//! A number is named by a key of 64 bits and a counter of 32, and computed from the two by an integer hash.
//! Threads, machines and backends therefore draw the same numbers in any order. Only 32-bit integer
//! operations are used, so a shader computes the same words.
//!
//! ```text
//! rng_seed -> derive(frame) -> derive(moment) -> derive(slab) -> word(purpose, step, place)
//! ```
//!
//! # Counters
//!
//! `purpose << 20 | step << 10 | place`: `place` is a group (0 to 31) or a point (0 to 1,023) of the slab,
//! `step` counts the slab's steps with the fuse, and `purpose` says what the number is for ([`purpose`]).
//!
//! # Source
//!
//! The mixing function has the form of C. Wellons' *hash prospector* functions (two multiplications, three
//! xor-shifts) with the constants he lists as the best known of that form. The keyed double round is ours.

/// Places of a slab, and the stride of `step` in a counter.
const PLACES: u32 = 1 << 10;
/// The stride of a purpose in a counter.
const PURPOSE: u32 = 1 << 20;

/// What a random number is for: the highest 12 bits of its counter.
pub mod purpose {
    /// The xform of a group, or of a point where the genome has xaos.
    pub const CHOICE: u32 = 0;
    /// A new orbit's x, drawn at step 0.
    pub const START_X: u32 = 1;
    /// A new orbit's y.
    pub const START_Y: u32 = 2;
    /// A new orbit's colour.
    pub const START_COLOR: u32 = 3;
    /// Whether the final xform is applied.
    pub const FINAL: u32 = 4;
    /// x of the point that replaces a final xform's bad value.
    pub const FINAL_X: u32 = 5;
    /// y of that point.
    pub const FINAL_Y: u32 = 6;

    /// By how much another device's rounding moves a point; drawn by the measurement of a floor only.
    pub const NUDGE: u32 = 7;

    /// x of the point that replaces a bad value before attempt `attempt` (1 to 5).
    #[must_use]
    pub const fn retry_x(attempt: u32) -> u32 {
        8 + 4 * attempt
    }

    /// y of that point.
    #[must_use]
    pub const fn retry_y(attempt: u32) -> u32 {
        9 + 4 * attempt
    }

    /// The xform of that attempt.
    #[must_use]
    pub const fn retry_choice(attempt: u32) -> u32 {
        10 + 4 * attempt
    }

    /// The first number that an xform's variations draw in attempt `attempt` (0 to 4); 256 are reserved.
    #[must_use]
    pub const fn variations(attempt: u32) -> u32 {
        64 + 256 * attempt
    }

    /// The first number that the final xform's variations draw.
    pub const FINAL_VARIATIONS: u32 = variations(5);
}

/// The key of a family of random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub [u32; 2]);

impl Key {
    /// The key that everything drawn for `rng_seed` comes from.
    #[must_use]
    pub const fn new(rng_seed: u64) -> Self {
        Self([rng_seed as u32, (rng_seed >> 32) as u32])
    }

    /// The key of part `index` of what this key stands for.
    #[must_use]
    pub const fn derive(self, index: u32) -> Self {
        let Self([low, high]) = self;
        Self([
            scramble(scramble(index.wrapping_add(low)) ^ high),
            scramble(scramble(index.wrapping_add(high).wrapping_add(0x9e37_79b9)) ^ low),
        ])
    }

    /// The random word of a counter; see [`counter`].
    #[inline(always)]
    #[must_use]
    pub const fn word(self, counter: u32) -> u32 {
        let Self([low, high]) = self;
        scramble(scramble(counter.wrapping_add(low)) ^ high)
    }

    /// The word of a counter as a number in 0..1, a multiple of 2⁻²⁴.
    #[inline(always)]
    #[must_use]
    pub const fn uniform(self, counter: u32) -> f32 {
        unit(self.word(counter))
    }

    /// The word of a counter as a number in −1..1.
    #[inline(always)]
    #[must_use]
    pub const fn signed(self, counter: u32) -> f32 {
        2.0 * self.uniform(counter) - 1.0
    }
}

/// Packs a counter. `purpose` is below 4,096, `step` and `place` below 1,024.
#[inline(always)]
#[must_use]
pub const fn counter(purpose: u32, step: u32, place: u32) -> u32 {
    purpose * PURPOSE + step * PLACES + place
}

/// The random numbers of one point in one step, one purpose after the other.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    key: Key,
    counter: u32,
}

impl Draws {
    /// Starts at `counter`; each number takes the next purpose.
    #[inline(always)]
    #[must_use]
    pub const fn new(key: Key, counter: u32) -> Self {
        Self { key, counter }
    }

    /// The next word.
    #[inline(always)]
    pub const fn word(&mut self) -> u32 {
        let word = self.key.word(self.counter);
        self.counter = self.counter.wrapping_add(PURPOSE);
        word
    }

    /// The next number in 0..1.
    #[inline(always)]
    pub const fn uniform(&mut self) -> f32 {
        unit(self.word())
    }
}

/// The 24 highest bits of a word as a number in 0..1; exact in single precision.
#[inline(always)]
const fn unit(word: u32) -> f32 {
    (word >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// Mixes the bits of a word; a bijection.
#[inline(always)]
const fn scramble(word: u32) -> u32 {
    let word = (word ^ (word >> 16)).wrapping_mul(0x21f0_aaad);
    let word = (word ^ (word >> 15)).wrapping_mul(0x735a_2d97);
    word ^ (word >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(numbers: impl Iterator<Item = f32>) -> f64 {
        let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), n| {
            (sum + f64::from(n), count + 1.0)
        });
        sum / count
    }

    #[test]
    fn words_are_pinned_because_pictures_depend_on_them() {
        let key = Key::new(0x0123_4567_89ab_cdef)
            .derive(7)
            .derive(0)
            .derive(3);
        assert_eq!(key.word(counter(purpose::CHOICE, 0, 0)), 0x9599_d67a);
        assert_eq!(
            key.word(counter(purpose::START_COLOR, 5, 1023)),
            0xed89_80af
        );
    }

    #[test]
    fn neighbouring_counters_and_keys_are_independent() {
        let root = Key::new(1);
        // The mean of the product of two independent uniform numbers is 1/4, of a number with itself 1/3.
        for (step, place, slab) in [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)] {
            let product = mean((0..1 << 18).map(|i| {
                let (s, p) = (i >> 10 & 255, i & 1023);
                let one = root.derive(0).uniform(counter(0, s, p));
                one * root.derive(slab).uniform(counter(
                    u32::from(step + place + slab == 0),
                    s + step,
                    (p + place) & 1023,
                ))
            }));
            assert!(
                (product - 0.25).abs() < 0.002,
                "{step} {place} {slab}: {product}"
            );
        }
    }

    #[test]
    fn uniform_numbers_fill_their_interval_evenly() {
        let key = Key::new(99).derive(0);
        let mut bins = [0_u32; 64];
        for i in 0..1 << 20 {
            bins[(key.uniform(i) * 64.0) as usize] += 1;
        }
        // 16,384 expected in each; six standard deviations are 768.
        assert!(bins.iter().all(|&n| n.abs_diff(16_384) < 768), "{bins:?}");
        assert!((0..1000).all(|i| (-1.0..1.0).contains(&key.signed(i))));
    }

    #[test]
    fn draws_walk_through_the_purposes() {
        let key = Key::new(5);
        let mut draws = Draws::new(key, counter(64, 3, 17));
        assert_eq!(draws.word(), key.word(counter(64, 3, 17)));
        assert_eq!(draws.uniform(), key.uniform(counter(65, 3, 17)));
    }
}
