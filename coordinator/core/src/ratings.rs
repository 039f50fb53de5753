//! What votes say about sheep and voters: beliefs with a mean and a variance, updated online.
//!
//! A sheep's quality is θᵢ ~ N(μᵢ, sᵢ²), a voter's leniency c ~ N(γ, t²). A *single* vote compares
//! θᵢ + c with 0, a *pair* vote compares θᵢ with θⱼ, both through the logistic function σ. The
//! updates are one Newton step with the other side's uncertainty averaged out by the usual
//! probit-like factor k (D. MacKay, *The Evidence Framework Applied to Classification Networks*,
//! 1992; M. Glickman's Glicko system, 1999, updates chess ratings in the same way).
//!
//! Nothing here is in any unit: 1 is about how much two ordinary sheep differ.

use std::f64::consts::PI;

/// A sheep's variance before any vote, and the most it drifts back to: 1.2².
pub const SHEEP_VARIANCE_MAX: f64 = 1.44;
/// How much a sheep's variance grows in a day without votes.
pub const DRIFT_PER_DAY: f64 = 0.01;
/// Weight of a vote from a young key without an accepted frame.
pub const YOUNG_WEIGHT: f64 = 0.25;
/// A key is young for seven days.
pub const YOUNG_MS: i64 = 7 * DAY_MS;
/// The most weight the young keys of one network have on one sheep in one day.
pub const YOUNG_NETWORK_WEIGHT_MAX: f64 = 0.75;
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

/// What the voter said of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairAnswer {
    /// The left one is better.
    Left,
    /// The right one is better.
    Right,
    /// No difference.
    Same,
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

/// What an up or down for one sheep does to (sheep, voter's leniency).
#[must_use]
pub fn single_vote(sheep: Belief, leniency: Belief, up: bool, weight: f64) -> (Shift, Shift) {
    let p = expected(
        sheep.mean + leniency.mean,
        sheep.variance + leniency.variance,
    );
    let surprise = if up { 1.0 - p } else { -p };
    (
        step(sheep, surprise, p, weight),
        step(leniency, surprise, p, weight),
    )
}

/// What an answer to a pair does to (left, right).
#[must_use]
pub fn pair_vote(left: Belief, right: Belief, answer: PairAnswer, weight: f64) -> (Shift, Shift) {
    let p = expected(left.mean - right.mean, left.variance + right.variance);
    let y = match answer {
        PairAnswer::Left => 1.0,
        PairAnswer::Right => 0.0,
        PairAnswer::Same => 0.5,
    };
    (step(left, y - p, p, weight), step(right, p - y, p, weight))
}

/// The weight of a voter's vote. `key_age_ms` counts from when the key was first seen.
#[must_use]
pub fn voter_weight(key_age_ms: i64, accepted_units: u64) -> f64 {
    if key_age_ms < YOUNG_MS && accepted_units == 0 {
        YOUNG_WEIGHT
    } else {
        1.0
    }
}

/// A young key's weight after the cap on its network: `spent_today` is the weight young keys of
/// the same network have already put on the sheep today. An old key's weight stays.
#[must_use]
pub fn capped_weight(weight: f64, spent_today: f64) -> f64 {
    if weight >= 1.0 {
        return weight;
    }
    weight.min(YOUNG_NETWORK_WEIGHT_MAX - spent_today).max(0.0)
}

/// The probability of a yes when the margin has this mean and variance.
fn expected(mean: f64, variance: f64) -> f64 {
    let k = 1.0 / (1.0 + PI * variance / 8.0).sqrt();
    logistic(k * mean)
}

fn step(belief: Belief, surprise: f64, p: f64, weight: f64) -> Shift {
    let precision = weight * p * (1.0 - p);
    let variance = 1.0 / (1.0 / belief.variance + precision);
    Shift {
        mean: variance * weight * surprise,
        precision,
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5e-7, "{found} is not {expected}");
    }

    #[test]
    fn the_first_pair_vote_as_computed_by_hand() {
        // Both N(0, 1.44): p = 1/2, precision + 1/4: s² = 1/(1/1.44 + 0.25) = 1.0588235;
        // μ = ±1.0588235 · 1/2.
        let new = Belief::NEW_SHEEP;
        let (left, right) = pair_vote(new, new, PairAnswer::Left, 1.0);
        let (left, right) = (new.shifted(left), new.shifted(right));
        close(left.variance, 1.058_823_5);
        close(right.variance, 1.058_823_5);
        close(left.mean, 0.529_411_8);
        close(right.mean, -0.529_411_8);
    }

    #[test]
    fn the_first_single_vote_as_computed_by_hand() {
        // k = 1/√(1 + π·2.44/8) = 0.714617; p = σ(0.714617 · 0.8) = 0.639154;
        // p(1−p) = 0.230636; s² = 1/(1/1.44 + 0.230636); μ = s²·(1−p).
        // t² = 1/(1 + 0.230636); γ = 0.8 + t²·(1−p).
        let (sheep, voter) = single_vote(Belief::NEW_SHEEP, Belief::NEW_VOTER, true, 1.0);
        let sheep = Belief::NEW_SHEEP.shifted(sheep);
        let voter = Belief::NEW_VOTER.shifted(voter);
        close(sheep.variance, 1.0809868);
        close(sheep.mean, 0.3900700);
        close(voter.variance, 0.8125878);
        close(voter.mean, 1.0932192);
    }

    #[test]
    fn a_lenient_voters_yes_says_less_than_a_strict_ones() {
        let strict = Belief {
            mean: -1.0,
            ..Belief::NEW_VOTER
        };
        let lenient = Belief {
            mean: 3.0,
            ..Belief::NEW_VOTER
        };
        let by = |voter| single_vote(Belief::NEW_SHEEP, voter, true, 1.0).0.mean;
        assert!(by(strict) > 2.0 * by(lenient));
    }

    #[test]
    fn a_young_keys_vote_weighs_a_quarter_until_it_has_worked() {
        assert_eq!(voter_weight(0, 0), 0.25);
        assert_eq!(voter_weight(YOUNG_MS, 0), 1.0);
        assert_eq!(voter_weight(0, 1), 1.0);
    }

    #[test]
    fn young_keys_of_one_network_are_capped_together() {
        assert_eq!(capped_weight(0.25, 0.5), 0.25);
        assert_eq!(capped_weight(0.25, 0.65), 0.75 - 0.65);
        assert_eq!(capped_weight(0.25, 0.75), 0.0);
        assert_eq!(capped_weight(1.0, 99.0), 1.0);
    }

    #[test]
    fn a_belief_drifts_back_to_not_knowing_and_no_further() {
        let sure = Belief {
            mean: 1.0,
            variance: 0.2,
        };
        close(sure.drifted(10 * DAY_MS).variance, 0.3);
        close(sure.drifted(1_000 * DAY_MS).variance, 1.44);
        assert_eq!(sure.drifted(10 * DAY_MS).mean, 1.0);
        assert_eq!(sure.drifted(-5), sure);
    }

    fn belief() -> impl Strategy<Value = Belief> {
        (-4.0..4.0, 0.01..1.44).prop_map(|(mean, variance)| Belief { mean, variance })
    }

    proptest! {
        #[test]
        fn swapping_left_and_right_swaps_the_outcome(
            left in belief(), right in belief(), weight in 0.0..=1.0,
        ) {
            let (a, b) = pair_vote(left, right, PairAnswer::Left, weight);
            let (c, d) = pair_vote(right, left, PairAnswer::Right, weight);
            prop_assert!((a.mean - d.mean).abs() < 1e-12 && (b.mean - c.mean).abs() < 1e-12);
            prop_assert!((a.precision - d.precision).abs() < 1e-12);
        }

        #[test]
        fn the_winner_rises_and_the_loser_falls(
            left in belief(), right in belief(), weight in 0.01..=1.0,
        ) {
            let (up, down) = pair_vote(left, right, PairAnswer::Left, weight);
            prop_assert!(up.mean > 0.0 && down.mean < 0.0);
            prop_assert!(up.precision > 0.0);
        }

        #[test]
        fn a_tie_draws_the_two_together(left in belief(), right in belief()) {
            let (a, b) = pair_vote(left, right, PairAnswer::Same, 1.0);
            let closer = (left.mean - right.mean) * (a.mean - b.mean);
            prop_assert!(closer <= 0.0);
        }

        #[test]
        fn a_heavier_vote_moves_further(
            sheep in belief(), voter in belief(), light in 0.0..0.5, up: bool,
        ) {
            let (a, _) = single_vote(sheep, voter, up, light);
            let (b, _) = single_vote(sheep, voter, up, light + 0.5);
            prop_assert!(b.mean.abs() > a.mean.abs());
            prop_assert_eq!(b.mean > 0.0, up);
        }

        #[test]
        fn a_vote_taken_back_leaves_no_trace(
            sheep in belief(), voter in belief(), up: bool,
        ) {
            let (shift, _) = single_vote(sheep, voter, up, 1.0);
            let back = sheep.shifted(shift).without(shift, SHEEP_VARIANCE_MAX);
            prop_assert!((back.mean - sheep.mean).abs() < 1e-9);
            prop_assert!((back.variance - sheep.variance).abs() < 1e-9);
        }

        #[test]
        fn taking_back_never_makes_a_variance_negative_or_endless(
            sheep in belief(), precision in 0.0..10.0,
        ) {
            let back = sheep.without(Shift { mean: 0.0, precision }, SHEEP_VARIANCE_MAX);
            prop_assert!(back.variance > 0.0 && back.variance <= SHEEP_VARIANCE_MAX + 1e-12);
        }
    }
}
