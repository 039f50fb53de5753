//! What is believed about a number: a normal distribution, moved by votes and by time.
//!
//! Nothing here is in any unit: 1 is about how much two ordinary sheep differ.

/// A sheep's variance before any vote, and the most it drifts back to: 1.2².
pub const SHEEP_VARIANCE_MAX: f64 = 1.44;
/// How much a sheep's variance grows in a day without votes.
pub const DRIFT_PER_DAY: f64 = 0.01;
/// A day, in milliseconds.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What is believed about a number: a normal distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Belief {
    /// The most likely value.
    pub mean: f64,
    /// How unsure it is, squared.
    pub variance: f64,
}

/// What one vote did to a belief, kept so that the vote can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shift {
    /// Added to the mean.
    pub mean: f64,
    /// Added to 1 / variance.
    pub precision: f64,
}

impl Belief {
    /// A new sheep, or an artist's.
    pub const NEW_SHEEP: Self = Self {
        mean: 0.0,
        variance: SHEEP_VARIANCE_MAX,
    };

    /// A new voter's leniency: most people say yes more often than no.
    pub const NEW_VOTER: Self = Self {
        mean: 0.8,
        variance: 1.0,
    };

    /// The belief with a vote's effect added.
    #[must_use]
    pub fn shifted(self, shift: Shift) -> Self {
        Self {
            mean: self.mean + shift.mean,
            variance: 1.0 / (1.0 / self.variance + shift.precision),
        }
    }

    /// The belief with a vote's effect taken back; its variance is at most `variance_max`, since
    /// the drift since the vote has already forgotten part of it.
    #[must_use]
    pub fn without(self, shift: Shift, variance_max: f64) -> Self {
        let precision = (1.0 / self.variance - shift.precision).max(1.0 / variance_max);
        Self {
            mean: self.mean - shift.mean,
            variance: 1.0 / precision,
        }
    }

    /// A sheep's belief after `elapsed_ms` without a vote: taste changes, so it grows less sure.
    #[must_use]
    pub fn drifted(self, elapsed_ms: i64) -> Self {
        let days = elapsed_ms.max(0) as f64 / DAY_MS as f64;
        Self {
            variance: (self.variance + DRIFT_PER_DAY * days).min(SHEEP_VARIANCE_MAX),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_belief_drifts_back_to_not_knowing_and_no_further() {
        let sure = Belief {
            mean: 1.0,
            variance: 0.2,
        };
        assert!((sure.drifted(10 * DAY_MS).variance - 0.3).abs() < 1e-12);
        assert_eq!(sure.drifted(1_000 * DAY_MS).variance, 1.44);
        assert_eq!(sure.drifted(10 * DAY_MS).mean, 1.0);
        assert_eq!(sure.drifted(-5), sure);
    }

    proptest! {
        #[test]
        fn taking_back_never_makes_a_variance_negative_or_endless(
            mean in -4.0..4.0, variance in 0.01..1.44, precision in 0.0..10.0,
        ) {
            let sheep = Belief { mean, variance };
            let back = sheep.without(Shift { mean: 0.0, precision }, SHEEP_VARIANCE_MAX);
            prop_assert!(back.variance > 0.0 && back.variance <= SHEEP_VARIANCE_MAX + 1e-12);
        }
    }
}
