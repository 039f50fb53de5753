//! How far a voter's answers agree with everybody else's.
//!
//! A voter of *reliability* η answers a pair as the flock's ratings would have it with probability
//! η, and the other way round with probability 1 − η (X. Chen, P. Bennett, K. Collins-Thompson and
//! E. Horvitz, *Pairwise Ranking Aggregation in a Crowdsourced Setting*, 2013): 1 is like
//! everybody, ½ is a coin, 0 is spite. Ties say nothing. Most pairs are close calls, in which
//! honest voters differ too, so η is held to a prior that a few of them do not move.

use super::online::expected;

/// Reliability is not judged before so many pairs with an answer.
pub const PAIRS_MIN: usize = 30;
/// A voter below this is unreliable: hardly better than a coin.
pub const RELIABILITY_MIN: f64 = 0.55;
/// What the votes of an unreliable voter weigh, as a part of what they weighed.
pub const UNRELIABLE_FACTOR: f64 = 0.1;

/// The prior Beta(1 + 3, 1): three answers that agreed for certain.
const PRIOR_AGREED: f64 = 3.0;
/// Halvings of the interval in which η is looked for: 2⁻³⁰ is close enough.
const HALVINGS: u32 = 30;

/// A voter's answer to a pair, seen from the ratings of everybody else.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PairSeen {
    /// By how much the chosen sheep is the better one.
    pub(super) margin: f64,
    /// How unsure that is.
    pub(super) variance: f64,
}

/// The most likely η; `None` where there are too few pairs.
pub(super) fn estimate(pairs: &[PairSeen]) -> Option<f64> {
    if pairs.len() < PAIRS_MIN {
        return None;
    }
    // d/dη ln(η·p + (1−η)·(1−p)) = lean / (½ + lean·(η − ½)), with lean = 2p − 1.
    let leans: Vec<f64> = pairs
        .iter()
        .map(|pair| 2.0 * expected(pair.margin, pair.variance) - 1.0)
        .collect();
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let eta = (low + high) / 2.0;
        let by_pairs: f64 = leans
            .iter()
            .map(|lean| lean / (0.5 + lean * (eta - 0.5)))
            .sum();
        if by_pairs + PRIOR_AGREED / eta > 0.0 {
            low = eta;
        } else {
            high = eta;
        }
    }
    Some((low + high) / 2.0)
}

/// Whether a voter of this reliability is as good as a coin.
pub(super) fn is_unreliable(reliability: f64) -> bool {
    reliability < RELIABILITY_MIN
}
