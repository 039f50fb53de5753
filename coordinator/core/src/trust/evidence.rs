//! How much audited frames say against a device: Page's cumulative sum, in whole numbers.
//!
//! A device that is in order has a wrong frame among a thousand at the very worst; the least that
//! a doctored segment shows is one frame in 32. Every frame that was rendered again adds the
//! logarithm of how much likelier the second is than the first, and the sum never falls below
//! zero: good behaviour earlier buys nothing (E. Page, *Continuous Inspection Schemes*, 1954).
//! For a device in order the mean number of frames until the sum reaches h is at least eʰ
//! (G. Lorden, *Procedures for Reacting to a Change in Distribution*, 1971).
//!
//! The unit is a thousandth of a natural logarithm, so that a database can add it up.

/// Wrong frames of a device that is in order, at the very worst.
pub const HONEST_WRONG: f64 = 1e-3;

/// Wrong frames of the least that a doctored segment shows: one of 32.
pub const DOCTORED_WRONG: f64 = 1.0 / 32.0;

/// What a wrong frame adds: 1000 · ln([`DOCTORED_WRONG`] / [`HONEST_WRONG`]).
pub const WRONG_FRAME: i64 = 3_442;

/// What a right frame takes away: 1000 · ln((1 − [`HONEST_WRONG`]) / (1 − [`DOCTORED_WRONG`])).
pub const RIGHT_FRAME: i64 = 31;

/// From here on a device is found bad: four wrong frames soon after each other. A device in order
/// gets here by mistake once in e^13.7 = 890,000 audited frames if every thousandth frame of it
/// were wrong, and practically never at the rates that machines have.
pub const CONVICTION: i64 = 13_700;

/// From here on a device audits nobody: two wrong reports soon after each other. It costs an
/// honest volunteer nothing but that.
pub const AUDITOR_LIMIT: i64 = 6_800;

/// At most so many wrong frames of one clip count: a genome at the edge of its floor, or a flaw of
/// ours, must not convict anybody alone. Two clips at least are needed.
pub const WRONG_PER_CLIP_MAX: u32 = 2;

/// The evidence against a device; 0 is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suspicion(i64);

impl Suspicion {
    /// No evidence.
    pub const NONE: Self = Self(0);

    /// From thousandths of a natural logarithm, as a database keeps it.
    #[must_use]
    pub fn from_milli(milli: i64) -> Self {
        Self(milli.max(0))
    }

    /// In thousandths of a natural logarithm.
    #[must_use]
    pub fn milli(self) -> i64 {
        self.0
    }

    /// After so many frames were found right.
    #[must_use]
    pub fn after_right(self, frames: u32) -> Self {
        Self((self.0 - RIGHT_FRAME * i64::from(frames)).max(0))
    }

    /// After so many frames were found wrong by the referee; see [`counted`].
    #[must_use]
    pub fn after_wrong(self, frames: u32) -> Self {
        Self(self.0.saturating_add(WRONG_FRAME * i64::from(frames)))
    }

    /// There is some evidence.
    #[must_use]
    pub fn is_some(self) -> bool {
        self.0 > 0
    }

    /// Enough to find a device bad.
    #[must_use]
    pub fn convicts(self) -> bool {
        self.0 >= CONVICTION
    }

    /// Enough to let a device audit nobody.
    #[must_use]
    pub fn bars_from_auditing(self) -> bool {
        self.0 >= AUDITOR_LIMIT
    }
}

/// How many of `wrong` frames of a clip count, when `counted_before` of the same clip did already.
#[must_use]
pub fn counted(wrong: u32, counted_before: u32) -> u32 {
    wrong.min(WRONG_PER_CLIP_MAX.saturating_sub(counted_before))
}

/// The share of wrong frames among the audited ones below which the sum does not grow: whoever
/// stays below is never found bad by it, and leaves no larger share of wrong frames behind.
#[must_use]
pub fn unnoticed_share() -> f64 {
    RIGHT_FRAME as f64 / (WRONG_FRAME + RIGHT_FRAME) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::unit;
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn the_steps_are_the_logarithms_they_say() {
        let wrong = 1000.0 * libm::log(DOCTORED_WRONG / HONEST_WRONG);
        let right = 1000.0 * libm::log((1.0 - HONEST_WRONG) / (1.0 - DOCTORED_WRONG));
        assert_eq!(wrong.round() as i64, WRONG_FRAME);
        assert_eq!(right.round() as i64, RIGHT_FRAME);
    }

    #[test]
    fn one_mismatch_convicts_nobody_and_four_do() {
        let one = Suspicion::NONE.after_wrong(1);
        assert!(one.is_some() && !one.convicts());
        assert!(!Suspicion::NONE.after_wrong(3).convicts());
        assert!(Suspicion::NONE.after_wrong(4).convicts());
        assert!(Suspicion::NONE.after_wrong(4).after_right(2).convicts());
        assert!(!Suspicion::NONE.after_wrong(4).after_right(3).convicts());
    }

    #[test]
    fn a_mismatch_is_forgotten_after_a_hundred_and_twelve_right_frames() {
        let one = Suspicion::NONE.after_wrong(1);
        assert!(one.after_right(111).is_some());
        assert!(!one.after_right(112).is_some());
    }

    #[test]
    fn one_clip_alone_convicts_nobody() {
        assert_eq!(counted(32, 0), 2);
        assert_eq!(counted(1, 1), 1);
        assert_eq!(counted(5, 2), 0);
        assert!(!Suspicion::NONE.after_wrong(counted(32, 0)).convicts());
        let two_clips = Suspicion::NONE
            .after_wrong(counted(32, 0))
            .after_wrong(counted(32, 0));
        assert!(two_clips.convicts());
    }

    #[test]
    fn whoever_stays_unnoticed_leaves_less_than_a_hundredth() {
        // A tenth of the fleet at this share: below one wrong frame in a thousand.
        assert!(unnoticed_share() < 0.01);
    }

    /// Frames until conviction at a rate of wrong frames, at most `frames_max`.
    fn frames_until(wrong_rate: f64, frames_max: u32, seed: u8) -> u32 {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        let mut suspicion = Suspicion::NONE;
        for frame in 0..frames_max {
            suspicion = if unit(&mut rng) < wrong_rate {
                suspicion.after_wrong(1)
            } else {
                suspicion.after_right(1)
            };
            if suspicion.convicts() {
                return frame;
            }
        }
        frames_max
    }

    #[test]
    fn bad_memory_is_not_convicted_and_a_liar_soon_is() {
        // A wrong frame among ten thousand: ten times what we expect of machines in order.
        for seed in 0..20 {
            assert_eq!(frames_until(1e-4, 50_000, seed), 50_000, "{seed}");
            assert!(frames_until(10.0 / 32.0, 50_000, seed) < 100, "{seed}");
            assert!(frames_until(1.0 / 32.0, 50_000, seed) < 2_000, "{seed}");
        }
    }

    proptest! {
        #[test]
        fn evidence_is_never_negative(steps in proptest::collection::vec(any::<bool>(), 0..200)) {
            let mut suspicion = Suspicion::NONE;
            for wrong in steps {
                suspicion = if wrong { suspicion.after_wrong(1) } else { suspicion.after_right(1) };
                prop_assert!(suspicion.milli() >= 0);
            }
        }
    }
}
