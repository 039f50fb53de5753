//! One vote moves the beliefs that it is about.
//!
//! The updates are one Newton step with the other side's uncertainty averaged out by the usual
//! probit-like factor k (D. MacKay, *The Evidence Framework Applied to Classification Networks*,
//! 1992; M. Glickman's Glicko system, 1999, updates chess ratings in the same way).

use std::f64::consts::PI;

use super::{Belief, Shift};

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

/// The probability of a yes when the margin has this mean and variance.
pub(super) fn expected(mean: f64, variance: f64) -> f64 {
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

/// σ(x) = 1 / (1 + e⁻ˣ).
pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

#[cfg(test)]
mod tests {
    use super::super::SHEEP_VARIANCE_MAX;
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
    }
}
