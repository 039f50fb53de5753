//! Who is reliable, and what follows.

use super::*;
use crate::ratings::PAIRS_MIN;

/// A hundred voters with `pairs` pairs each, of close calls as they are dealt; the last ten answer
/// by a coin, or out of spite.
fn bad_votes(pairs: usize, spite: bool) -> Vec<VoteRow> {
    let rng = &mut ChaCha8Rng::from_seed([6; 32]);
    let (sheep, voters) = (60, 100);
    let quality: Vec<f64> = (0..sheep).map(|_| normal(rng)).collect();
    let mut votes = Vec::new();
    for voter in 0..voters {
        let taste: Vec<f64> = quality.iter().map(|q| q + normal(rng)).collect();
        for _ in 0..pairs {
            let left = below(rng, sheep);
            let near = |of: usize| (quality[of] - quality[left]).abs() < 1.0 && of != left;
            let candidates: Vec<usize> = (0..sheep).filter(|of| near(*of)).collect();
            let Some(right) = candidates.get(below(rng, candidates.len().max(1))) else {
                continue;
            };
            let honest = unit(rng) < logistic(taste[left] - taste[*right]);
            let left_wins = match (voter < 90, spite) {
                (true, _) => honest,
                (false, true) => !honest,
                (false, false) => unit(rng) < 0.5,
            };
            let answer = if left_wins {
                PairAnswer::Left
            } else {
                PairAnswer::Right
            };
            votes.push(pair(voter as u32, left as u32, *right as u32, answer));
        }
    }
    votes
}

fn with_bad_voters(pairs: usize, spite: bool) -> Refit {
    fit(&[NEW; 60], 100, &bad_votes(pairs, spite))
}

fn flagged(fitted: &Refit, voters: std::ops::Range<usize>) -> usize {
    let voters = fitted.voters[voters].iter();
    voters.filter(|voter| voter.unreliable).count()
}

#[test]
fn spite_is_found_soon_coins_later_and_a_taste_of_ones_own_is_neither() {
    for (pairs, spite, found_min) in [(100, true, 6), (300, true, 9), (300, false, 4)] {
        let fitted = with_bad_voters(pairs, spite);
        assert!(flagged(&fitted, 90..100) >= found_min, "{pairs} {spite}");
        assert!(flagged(&fitted, 0..90) <= 1, "{pairs} {spite}");
    }
    let few = with_bad_voters(PAIRS_MIN - 1, true);
    assert!(few.voters.iter().all(|voter| voter.reliability.is_none()));
}

#[test]
fn unreliable_votes_are_taken_a_tenth() {
    let fitted = with_bad_voters(300, true);
    // The same log with those weights from the beginning has the same maximum.
    let mut votes = bad_votes(300, true);
    for vote in &mut votes {
        if fitted.voters[vote.voter as usize].unreliable {
            vote.weight *= UNRELIABLE_FACTOR;
        }
    }
    let sheep = [NEW; 60];
    let log = Log {
        sheep: &sheep,
        voided: &[false; 100],
        votes: &votes,
        today: 0,
    };
    let problem = Problem::new(&log);
    let mut x = problem.rest.clone();
    solver::minimise(&problem, &mut x).unwrap();
    for (sheep, x) in fitted.sheep.iter().zip(&x) {
        assert!((sheep.mean - x).abs() < 1e-8);
    }
}

#[test]
fn nobody_agrees_with_a_rating_that_only_they_made() {
    // Of thirty pairs each was answered by two voters, who disagree.
    let votes = (0..30).flat_map(|of| {
        let (left, right) = (2 * of, 2 * of + 1);
        [
            pair(0, left, right, PairAnswer::Left),
            pair(1, left, right, PairAnswer::Right),
        ]
    });
    let fitted = fit(&[NEW; 60], 2, &votes.collect::<Vec<_>>());
    for voter in &fitted.voters {
        assert!(voter.reliability.unwrap() < 0.5, "{voter:?}");
    }
}
