//! The rng_seed of every clip, from the flock's by a counter.
//!
//! A clip's seed depends on its number alone, not on when it was planned or repaired: rendering
//! it again, whatever its version, gives the same pictures.

/// The rng_seed of the clip with this number.
///
/// Stafford's variant 13 of the 64-bit finaliser, as SplitMix64 uses it (Steele, Lea and Flood,
/// *Fast Splittable Pseudorandom Number Generators*, 2014), applied to the flock's seed and the
/// counter in turn, so that neighbouring flocks and clips share nothing.
#[must_use]
pub fn clip_rng_seed(flock_rng_seed: u64, clip_number: u64) -> u64 {
    /// The odd number nearest to 2⁶⁴ divided by the golden ratio.
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let key = mix(flock_rng_seed.wrapping_add(GOLDEN));
    mix(key.wrapping_add(clip_number.wrapping_add(1).wrapping_mul(GOLDEN)))
}

/// The finaliser: every bit of the result depends on every bit of `value`.
pub(crate) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_finaliser_is_splitmix64s() {
        // First outputs of SplitMix64 started at 0, as published with the algorithm.
        assert_eq!(mix(0x9e37_79b9_7f4a_7c15), 0xe220_a839_7b1d_cdaf);
        assert_eq!(
            mix(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(2)),
            0x6e78_9e6a_a1b9_65f4
        );
    }

    #[test]
    fn a_clips_seed_never_changes_and_is_its_own() {
        assert_eq!(clip_rng_seed(1, 1), clip_rng_seed(1, 1));
        let mut seen = HashSet::new();
        for flock in 0..100 {
            for clip in 0..100 {
                assert!(seen.insert(clip_rng_seed(flock, clip)), "{flock} {clip}");
            }
        }
    }
}
