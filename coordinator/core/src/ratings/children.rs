//! What is believed of a child before anybody voted on it, and how much children take after their
//! parents.
//!
//! A child's quality is h · (the mean of its parents') plus something of its own. h is the
//! *heritability* of quantitative genetics, the slope of children on mid-parents (D. Falconer and
//! T. Mackay, *Introduction to Quantitative Genetics*, 1996, chapter 10).

use super::Belief;

/// Variance of what a child has of its own: 0.95².
pub const CHILD_VARIANCE: f64 = 0.95 * 0.95;
/// The heritability before any child has settled.
pub const HERITABILITY_BEFORE: f64 = 0.6;
/// How sure that is, as a standard deviation.
const HERITABILITY_SD: f64 = 0.15;
/// A child has settled when votes have told at least so much of it: its precision is then twice
/// what it was at birth.
const SETTLED_PRECISION: f64 = 1.0 / CHILD_VARIANCE;

/// A child that votes have told something of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SettledChild {
    /// The mean of its parents' ratings when it was born.
    pub mid_parent: f64,
    /// What was believed of it at birth.
    pub prior: Belief,
    /// What is believed of it now.
    pub now: Belief,
}

/// The mean of the parents' mean ratings; `None` for a sheep without parents.
#[must_use]
pub fn mid_parent(parents: &[f64]) -> Option<f64> {
    (!parents.is_empty()).then(|| parents.iter().sum::<f64>() / parents.len() as f64)
}

/// What is believed of a child of parents with these mean ratings; one without parents is as new as
/// an artist's sheep.
#[must_use]
pub fn child_prior(heritability: f64, parents: &[f64]) -> Belief {
    mid_parent(parents).map_or(Belief::NEW_SHEEP, |mid_parent| Belief {
        mean: heritability * mid_parent,
        variance: CHILD_VARIANCE,
    })
}

/// The heritability, refitted every week: the slope of children on mid-parents, 0 to 1.
///
/// What is believed of a child already leans on its parents, so that is taken out first: the line
/// goes through what votes alone say, each child weighing as much as they say of it. Children of
/// whom they say little are left out. Before there are many, the slope stays close to
/// [`HERITABILITY_BEFORE`].
#[must_use]
pub fn heritability(children: &[SettledChild]) -> f64 {
    let precision = 1.0 / (HERITABILITY_SD * HERITABILITY_SD);
    let (mut across, mut square) = (HERITABILITY_BEFORE * precision, precision);
    for child in children {
        let told = 1.0 / child.now.variance - 1.0 / child.prior.variance;
        if told.is_nan() || told < SETTLED_PRECISION {
            continue;
        }
        let by_votes =
            (child.now.mean / child.now.variance - child.prior.mean / child.prior.variance) / told;
        let weight = 1.0 / (CHILD_VARIANCE + 1.0 / told);
        across += weight * child.mid_parent * by_votes;
        square += weight * child.mid_parent * child.mid_parent;
    }
    (across / square).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::normal;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    /// Children whose true slope is `slope`, believed at birth to be as of `assumed`, of whom votes
    /// have told with a deviation of 0.5.
    fn children(slope: f64, assumed: f64, count: usize) -> Vec<SettledChild> {
        let rng = &mut ChaCha8Rng::from_seed([4; 32]);
        let child = |_| {
            let mid_parent = normal(rng);
            let quality = slope * mid_parent + CHILD_VARIANCE.sqrt() * normal(rng);
            let prior = child_prior(assumed, &[mid_parent]);
            let by_votes = quality + 0.5 * normal(rng);
            let precision = 1.0 / prior.variance + 4.0;
            let mean = (prior.mean / prior.variance + 4.0 * by_votes) / precision;
            let variance = 1.0 / precision;
            SettledChild {
                mid_parent,
                prior,
                now: Belief { mean, variance },
            }
        };
        (0..count).map(child).collect()
    }

    #[test]
    fn a_child_is_expected_between_its_parents_and_the_mean() {
        assert_eq!(child_prior(0.6, &[]), Belief::NEW_SHEEP);
        let prior = child_prior(0.6, &[1.0, 2.0]);
        assert!((prior.mean - 0.9).abs() < 1e-12);
        assert!((prior.variance - 0.9025).abs() < 1e-12);
        assert_eq!(child_prior(0.5, &[2.0]).mean, 1.0);
    }

    #[test]
    fn the_slope_is_found_whatever_was_assumed_at_birth() {
        for slope in [0.2, 0.6, 0.9] {
            for assumed in [0.0, 0.6, 1.0] {
                let found = heritability(&children(slope, assumed, 4_000));
                // One standard error is 1.07 / √4,000 = 0.017.
                assert!((found - slope).abs() < 0.05, "{slope}, {assumed}: {found}");
            }
        }
    }

    #[test]
    fn a_few_children_do_not_change_much_and_unsettled_ones_nothing() {
        assert_eq!(heritability(&[]), HERITABILITY_BEFORE);
        let few = heritability(&children(0.0, 0.6, 5));
        assert!((few - HERITABILITY_BEFORE).abs() < 0.2, "{few}");
        let unsettled = children(0.0, 0.6, 500).into_iter().map(|mut child| {
            child.now.variance = 0.6;
            child
        });
        assert_eq!(
            heritability(&unsettled.collect::<Vec<_>>()),
            HERITABILITY_BEFORE
        );
    }
}
