//! Random numbers for breeding: a small counter-based generator with streams that split.
//!
//! A number is a hash of the stream's key and of how many were drawn before it, so the same
//! `rng_seed` gives the same genome in every build and on every machine, and a part of the work
//! that draws from a stream of its own ([`Rng::split`]) cannot disturb another part. Everything is
//! integer arithmetic and exact conversions; only [`Rng::normal`] needs elementary functions,
//! which come from `libm`.
//!
//! The renderer's streams (`render-kernel`) have another form, because they are also computed by
//! shaders with 32-bit integers.
//!
//! # Source
//!
//! The mixing function is the finalizer of G. Steele, D. Lea and C. Flood, *Fast Splittable
//! Pseudorandom Number Generators* (OOPSLA 2014), with D. Stafford's constants of variant 13. The
//! keyed double round is ours.

/// The odd number nearest to 2⁶⁴ divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Rng {
    key: u64,
    drawn: u64,
}

impl Rng {
    /// The stream of `rng_seed`.
    pub(crate) fn new(rng_seed: u64) -> Self {
        Self {
            key: mix(rng_seed.wrapping_add(GOLDEN)),
            drawn: 0,
        }
    }

    /// A stream of its own for part `part` of the work, whatever this one has drawn so far.
    pub(crate) fn split(&self, part: u64) -> Self {
        Self {
            key: mix(self.key ^ mix(part.wrapping_add(1).wrapping_mul(GOLDEN))),
            drawn: 0,
        }
    }

    /// The next 64 bits.
    pub(crate) fn word(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        let place = self.drawn.wrapping_mul(GOLDEN);
        mix(mix(place.wrapping_add(self.key)) ^ self.key.rotate_left(32))
    }

    /// A number in 0..1, a multiple of 2⁻⁵³.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from `from` up to, but not including, `to`.
    pub(crate) fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    /// A number in -1..1.
    pub(crate) fn signed(&mut self) -> f64 {
        self.between(-1.0, 1.0)
    }

    /// Whether something of probability `probability` happens.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number below `count`, each as likely as the others to 2⁻⁵⁰ or better.
    ///
    /// # Panics
    ///
    /// If `count` is 0: there is nothing to choose from, and the caller did not look.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        assert!(count > 0, "a choice from nothing");
        ((u128::from(self.word()) * count as u128) >> 64) as usize
    }

    /// One of `choices`, of which there is at least one.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// A normally distributed number of mean 0 and standard deviation 1 (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }
}

/// Mixes the bits of a word; a bijection.
const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_pinned_because_children_depend_on_them() {
        let mut rng = Rng::new(7);
        let words = [rng.word(), rng.word(), rng.split(3).word()];
        let pinned = [
            1_964_760_142_388_620_974,
            17_761_307_288_433_684_708,
            11_187_246_638_217_523_770,
        ];
        assert_eq!(words, pinned);
    }

    #[test]
    fn a_split_stream_does_not_care_what_was_drawn_before() {
        let mut rng = Rng::new(1);
        let early = rng.split(5).word();
        rng.word();
        assert_eq!(rng.split(5).word(), early);
        assert_ne!(rng.split(6).word(), early);
        assert_ne!(Rng::new(2).split(5).word(), early);
    }

    #[test]
    fn numbers_fill_their_interval_evenly_and_neighbours_are_independent() {
        let mut rng = Rng::new(11);
        let mut counts = [0_u32; 64];
        let (mut products, mut last) = (0.0, 0.5);
        for _ in 0..1 << 18 {
            let unit = rng.unit();
            counts[(unit * 64.0) as usize] += 1;
            products += unit * last;
            last = unit;
        }
        // 4,096 expected in each; six standard deviations are 384.
        assert!(
            counts.iter().all(|&n| n.abs_diff(4_096) < 384),
            "{counts:?}"
        );
        // The mean of the product of two independent uniform numbers is a quarter.
        let mean = products / f64::from(1 << 18);
        assert!((mean - 0.25).abs() < 0.003, "{mean}");
    }

    #[test]
    fn normal_numbers_have_their_mean_and_spread() {
        let mut rng = Rng::new(3);
        let numbers: Vec<f64> = (0..40_000).map(|_| rng.normal()).collect();
        let mean = numbers.iter().sum::<f64>() / 40_000.0;
        let square = numbers.iter().map(|n| n * n).sum::<f64>() / 40_000.0;
        assert!(mean.abs() < 0.03 && (square - 1.0).abs() < 0.05);
    }
}
