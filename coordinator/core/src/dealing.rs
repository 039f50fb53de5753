//! Which sheep a ballot is about.
//!
//! Two aims pull at each other: to find the best sheep, and to know every one a little. So a ballot
//! is about the least-seen living sheep with probability 0.4, and otherwise about the winner of a
//! Thompson draw (W. Thompson, 1933): every sheep draws from its belief, the highest draw wins.
//! The second of a pair is the nearest other draw: a close call tells most.
//!
//! A voter is asked about a sheep once, as long as there are others: see [`deal_single_to`].

use rand_chacha::rand_core::Rng;

use crate::random::{below, normal, unit};
use crate::ratings::Belief;

/// How often a ballot is about the least-seen sheep.
const LEAST_SEEN_SHARE: f64 = 0.4;

/// A living sheep, as dealing sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// What is believed about it, drift included.
    pub belief: Belief,
    /// How often it was on a ballot.
    pub exposures: u64,
}

/// Deals one sheep: its place in `candidates`; `None` when there are none.
pub fn deal_single(candidates: &[Candidate], rng: &mut impl Rng) -> Option<usize> {
    let draws = draw_all(candidates, rng);
    first(candidates, &draws, rng)
}

/// Deals one sheep to a voter who has a standing vote on those that are `answered`: one without, as
/// long as there is any, since a second vote would only replace the first.
pub fn deal_single_to(
    candidates: &[Candidate],
    answered: &[bool],
    rng: &mut impl Rng,
) -> Option<usize> {
    assert_eq!(candidates.len(), answered.len(), "answers to another flock");
    let open: Vec<usize> = (0..candidates.len())
        .filter(|place| !answered[*place])
        .collect();
    if open.is_empty() {
        return deal_single(candidates, rng);
    }
    let of_open: Vec<Candidate> = open.iter().map(|place| candidates[*place]).collect();
    deal_single(&of_open, rng).map(|place| open[place])
}

/// Deals two different sheep, left and right at random; `None` when there are fewer than two.
pub fn deal_pair(candidates: &[Candidate], rng: &mut impl Rng) -> Option<(usize, usize)> {
    let draws = draw_all(candidates, rng);
    let first = first(candidates, &draws, rng)?;
    let gap = |place: usize| (draws[place] - draws[first]).abs();
    let second = (0..candidates.len())
        .filter(|place| *place != first)
        .min_by(|a, b| gap(*a).total_cmp(&gap(*b)))?;
    Some(if below(rng, 2) == 0 {
        (first, second)
    } else {
        (second, first)
    })
}

fn draw_all(candidates: &[Candidate], rng: &mut impl Rng) -> Vec<f64> {
    candidates
        .iter()
        .map(|candidate| candidate.belief.mean + candidate.belief.variance.sqrt() * normal(rng))
        .collect()
}

fn first(candidates: &[Candidate], draws: &[f64], rng: &mut impl Rng) -> Option<usize> {
    if unit(rng) < LEAST_SEEN_SHARE {
        return least_seen(candidates, rng);
    }
    (0..draws.len()).max_by(|a, b| draws[*a].total_cmp(&draws[*b]))
}

/// One of the least-seen sheep, each equally likely.
fn least_seen(candidates: &[Candidate], rng: &mut impl Rng) -> Option<usize> {
    let least = candidates
        .iter()
        .map(|candidate| candidate.exposures)
        .min()?;
    let places: Vec<usize> = (0..candidates.len())
        .filter(|place| candidates[*place].exposures == least)
        .collect();
    Some(places[below(rng, places.len())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn rng() -> ChaCha20Rng {
        ChaCha20Rng::from_seed([5; 32])
    }

    fn sheep(mean: f64, variance: f64, exposures: u64) -> Candidate {
        Candidate {
            belief: Belief { mean, variance },
            exposures,
        }
    }

    #[test]
    fn an_empty_flock_deals_nothing_and_one_sheep_no_pair() {
        let rng = &mut rng();
        assert_eq!(deal_single(&[], rng), None);
        assert_eq!(deal_pair(&[], rng), None);
        assert_eq!(deal_single(&[sheep(0.0, 1.0, 0)], rng), Some(0));
        assert_eq!(deal_pair(&[sheep(0.0, 1.0, 0)], rng), None);
    }

    #[test]
    fn a_good_sheep_and_an_unseen_one_are_dealt_and_a_bad_one_is_not() {
        let rng = &mut rng();
        let flock = [
            sheep(3.0, 0.01, 90),
            sheep(-3.0, 0.01, 90),
            sheep(0.0, 0.01, 0),
        ];
        let mut counts = [0; 3];
        for _ in 0..2_000 {
            counts[deal_single(&flock, rng).unwrap()] += 1;
        }
        // 60 % to the best, 40 % to the least seen; four standard errors are 4.4 %.
        assert!((1_110..1_290).contains(&counts[0]), "{counts:?}");
        assert_eq!(counts[1], 0);
        assert!((710..890).contains(&counts[2]), "{counts:?}");
    }

    #[test]
    fn a_pair_is_a_close_call_with_random_sides() {
        let rng = &mut rng();
        let flock = [
            sheep(3.0, 1e-6, 9),
            sheep(2.9, 1e-6, 9),
            sheep(-3.0, 1e-6, 9),
        ];
        let mut first_left = 0;
        let mut best = 0;
        for _ in 0..1_000 {
            let (left, right) = deal_pair(&flock, rng).unwrap();
            assert_ne!(left, right);
            if left.max(right) == 1 {
                best += 1;
                first_left += usize::from(left == 0);
            }
        }
        assert!(best > 800, "{best}");
        assert!(
            (best * 4 / 10..best * 6 / 10).contains(&first_left),
            "{first_left} of {best}"
        );
    }

    #[test]
    fn nobody_is_asked_twice_before_everything_was_asked_once() {
        let rng = &mut rng();
        let flock = [
            sheep(3.0, 0.01, 9),
            sheep(0.0, 0.01, 9),
            sheep(-3.0, 0.01, 9),
        ];
        for _ in 0..200 {
            let dealt = deal_single_to(&flock, &[true, false, false], rng);
            assert!(matches!(dealt, Some(1 | 2)), "{dealt:?}");
        }
        let all = deal_single_to(&flock, &[true; 3], rng);
        assert!(all.is_some());
        assert_eq!(deal_single_to(&[], &[], rng), None);
    }

    #[test]
    fn equally_unseen_sheep_are_dealt_equally() {
        let rng = &mut rng();
        let flock = [sheep(0.0, 1.0, 0); 4];
        let mut counts = [0; 4];
        for _ in 0..4_000 {
            counts[deal_single(&flock, rng).unwrap()] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..1_150).contains(count)),
            "{counts:?}"
        );
    }
}
