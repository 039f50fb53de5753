//! The refit against formulas worked out another way.

mod voters;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::random::{below, distinct_below, normal, unit};

const NEW: SheepRow = SheepRow {
    prior: Belief::NEW_SHEEP,
    born_day: 0,
};

fn single(voter: u32, sheep: u32, up: bool) -> VoteRow {
    VoteRow {
        voter,
        day: 0,
        weight: 1.0,
        said: Said::Single { sheep, up },
    }
}

fn pair(voter: u32, left: u32, right: u32, answer: PairAnswer) -> VoteRow {
    VoteRow {
        voter,
        day: 0,
        weight: 1.0,
        said: Said::Pair {
            left,
            right,
            answer,
        },
    }
}

fn fit(sheep: &[SheepRow], voters: usize, votes: &[VoteRow]) -> Refit {
    refit(&Log {
        sheep,
        voided: &vec![false; voters],
        votes,
        today: 0,
    })
    .unwrap()
}

/// A log of `count` votes on `sheep` sheep over `days` days, by voters who all agree on the sheep
/// but for chance.
fn made_up(sheep: usize, voters: usize, count: usize, days: usize) -> Vec<VoteRow> {
    let rng = &mut ChaCha8Rng::from_seed([8; 32]);
    let quality: Vec<f64> = (0..sheep).map(|_| normal(rng)).collect();
    let vote = |_| {
        let voter = below(rng, voters) as u32;
        let chosen = distinct_below(rng, sheep, 2);
        let (left, right) = (chosen[0], chosen[1]);
        let draw = unit(rng);
        let mut vote = if unit(rng) < 0.5 {
            single(voter, left as u32, draw < logistic(quality[left] + 0.8))
        } else {
            let left_wins = draw < logistic(quality[left] - quality[right]);
            let answer = match (below(rng, 9), left_wins) {
                (0, _) => PairAnswer::Same,
                (_, true) => PairAnswer::Left,
                (_, false) => PairAnswer::Right,
            };
            pair(voter, left as u32, right as u32, answer)
        };
        vote.day = below(rng, days) as i32;
        vote.weight = [0.25, 0.75, 1.0][below(rng, 3)];
        vote
    };
    (0..count).map(vote).collect()
}

#[test]
fn one_vote_as_computed_by_hand() {
    // θ/1.44 = c − 0.8 = 1 − σ(θ + c). With g for that: 1.44g + g + 0.8 = ln((1 − g)/g), of which
    // the solution is g = 0.211482 (by halving the interval).
    let fitted = fit(&[NEW], 1, &[single(0, 0, true)]);
    let g = 0.211_482;
    assert!((2.44_f64 * g + 0.8 - ((1.0 - g) / g).ln()).abs() < 1e-4);
    assert!((fitted.sheep[0].mean - 1.44 * g).abs() < 1e-5, "{fitted:?}");
    assert!((fitted.voters[0].leniency.mean - 0.8 - g).abs() < 1e-5);
}

#[test]
fn without_votes_everything_is_as_it_was_born() {
    let child = SheepRow {
        prior: Belief {
            mean: 0.5,
            variance: 0.9,
        },
        born_day: -10,
    };
    let fitted = fit(&[NEW, child], 1, &[]);
    assert_eq!(fitted.sheep[0], Belief::NEW_SHEEP);
    assert_eq!(fitted.sheep[1].mean, 0.5);
    assert!((fitted.sheep[1].variance - 1.0).abs() < 1e-12);
    assert_eq!(fitted.voters[0].leniency, Belief::NEW_VOTER);
}

#[test]
fn at_the_maximum_the_votes_surprise_just_as_much_as_the_prior_is_stretched() {
    let votes = made_up(12, 9, 400, 1);
    let fitted = fit(&[NEW; 12], 9, &votes);
    assert!(fitted.voters.iter().all(|voter| !voter.unreliable));
    let mut surprise = [0.0; 12];
    for vote in &votes {
        match vote.said {
            Said::Single { sheep, up } => {
                let leniency = fitted.voters[vote.voter as usize].leniency.mean;
                let p = logistic(fitted.sheep[sheep as usize].mean + leniency);
                surprise[sheep as usize] += vote.weight * (f64::from(u8::from(up)) - p);
            }
            Said::Pair {
                left,
                right,
                answer,
            } => {
                let [left, right] = [left as usize, right as usize];
                let y = match answer {
                    PairAnswer::Left => 1.0,
                    PairAnswer::Right => 0.0,
                    PairAnswer::Same => 0.5,
                };
                let p = logistic(fitted.sheep[left].mean - fitted.sheep[right].mean);
                surprise[left] += vote.weight * (y - p);
                surprise[right] -= vote.weight * (y - p);
            }
        }
    }
    for (sheep, surprise) in fitted.sheep.iter().zip(surprise) {
        assert!((sheep.mean / 1.44 - surprise).abs() < 1e-7);
    }
}

#[test]
fn votes_in_another_order_give_the_same_bits() {
    let mut votes = made_up(20, 15, 2_000, 30);
    let before = fit(&[NEW; 20], 15, &votes);
    let rng = &mut ChaCha8Rng::from_seed([1; 32]);
    let order = distinct_below(rng, votes.len(), votes.len());
    votes = order.into_iter().map(|place| votes[place]).collect();
    assert_eq!(before, fit(&[NEW; 20], 15, &votes));
}

#[test]
fn wherever_one_begins_the_maximum_is_the_same() {
    let votes = made_up(20, 15, 2_000, 30);
    let sheep = [NEW; 20];
    let log = Log {
        sheep: &sheep,
        voided: &[false; 15],
        votes: &votes,
        today: 30,
    };
    let problem = Problem::new(&log);
    let rng = &mut ChaCha8Rng::from_seed([2; 32]);
    let mut near = problem.rest.clone();
    let mut far: Vec<f64> = near.iter().map(|_| 8.0 * normal(rng)).collect();
    solver::minimise(&problem, &mut near).unwrap();
    solver::minimise(&problem, &mut far).unwrap();
    for (near, far) in near.iter().zip(&far) {
        assert!((near - far).abs() < 1e-8, "{near} {far}");
    }
}

#[test]
fn a_voided_voter_never_voted() {
    let votes = made_up(10, 6, 500, 5);
    let mut voided = [false; 6];
    voided[2] = true;
    let sheep = [NEW; 10];
    let log = Log {
        sheep: &sheep,
        voided: &voided,
        votes: &votes,
        today: 5,
    };
    let others: Vec<VoteRow> = votes.iter().copied().filter(|v| v.voter != 2).collect();
    let without = Log {
        voided: &[false; 6],
        votes: &others,
        ..log
    };
    assert_eq!(refit(&log), refit(&without));
    assert_ne!(
        refit(&log),
        refit(&Log {
            voided: &[false; 6],
            ..log
        })
    );
}

#[test]
fn taste_changes_so_new_votes_say_more_of_today() {
    let mut votes: Vec<VoteRow> = (0..60).map(|v| pair(v, 0, 1, PairAnswer::Left)).collect();
    votes.extend((60..120).map(|voter| VoteRow {
        day: 90,
        ..pair(voter, 0, 1, PairAnswer::Right)
    }));
    let sheep = [NEW; 2];
    let at = |today| {
        let log = Log {
            sheep: &sheep,
            voided: &[false; 120],
            votes: &votes,
            today,
        };
        refit(&log).unwrap().sheep
    };
    let (then, later) = (at(90), at(110));
    assert!(then[1].mean > 0.3 && then[0].mean < -0.3, "{then:?}");
    assert_eq!(then[0].mean, later[0].mean);
    assert!((later[0].variance - then[0].variance - 0.2).abs() < 1e-9);
    for vote in &mut votes {
        vote.day = 0;
    }
    let sheep = fit(&sheep, 120, &votes).sheep;
    assert!(sheep[0].mean.abs() < 1e-9);
}

#[test]
fn what_was_said_a_few_days_ago_still_counts() {
    let mut votes: Vec<VoteRow> = (0..60).map(|v| pair(v, 0, 1, PairAnswer::Left)).collect();
    votes.push(VoteRow {
        day: 5,
        ..pair(60, 0, 1, PairAnswer::Right)
    });
    let sheep = fit(&[NEW; 2], 61, &votes).sheep;
    assert!(sheep[0].mean > 0.8 && sheep[1].mean < -0.8, "{sheep:?}");
}

/// Variances as the refit has them, and the inverse of all second derivatives, at the maximum.
fn variances_and_inverse(
    sheep: usize,
    voters: usize,
    votes: &[VoteRow],
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let log = Log {
        sheep: &vec![NEW; sheep],
        voided: &vec![false; voters],
        votes,
        today: 0,
    };
    let problem = Problem::new(&log);
    let mut x = problem.rest.clone();
    solver::minimise(&problem, &mut x).unwrap();
    (spread::variances(&problem, &x), inverse(&problem, &x))
}

#[test]
fn variances_are_exact_where_every_voter_votes_once() {
    let votes: Vec<VoteRow> = (0..30).map(|v| single(v, v % 3, v % 4 > 0)).collect();
    let (found, exact) = variances_and_inverse(3, 30, &votes);
    for i in 0..3 {
        assert!((found[i] - exact[i][i]).abs() < 1e-9);
    }
}

#[test]
fn variances_are_close_where_everybody_votes_on_everything() {
    let sheep = 12;
    let (found, exact) = variances_and_inverse(sheep, 20, &made_up(sheep, 20, 600, 1));
    // How unsure a sheep's distance from the mean of all is: what all share is not in question.
    let mean = |row: &[f64]| row[..sheep].iter().sum::<f64>() / sheep as f64;
    let all = exact[..sheep].iter().map(|row| mean(row)).sum::<f64>() / sheep as f64;
    for i in 0..sheep {
        let exact = exact[i][i] - 2.0 * mean(&exact[i]) + all;
        let share = 1.0 / sheep as f64;
        let ratio = (found[i] * (1.0 - 2.0 * share) + mean(&found) * share) / exact;
        assert!((0.9..1.1).contains(&ratio), "{i}: {ratio}");
    }
}

/// The inverse of all second derivatives, by Gauss and Jordan.
fn inverse(problem: &Problem, x: &[f64]) -> Vec<Vec<f64>> {
    let count = problem.len();
    let (mut gradient, mut curvature) = (vec![0.0; count], vec![0.0; problem.terms.len()]);
    problem.slope(x, &mut gradient, &mut curvature);
    let mut rows = vec![vec![0.0; 2 * count]; count];
    for (i, d) in solver::diagonal(problem, &curvature)
        .into_iter()
        .enumerate()
    {
        rows[i][i] = d;
        rows[i][count + i] = 1.0;
    }
    for (term, curvature) in problem.terms.iter().zip(&curvature) {
        let (first, second, sign) = term.sides();
        rows[first][second] += sign * curvature;
        rows[second][first] += sign * curvature;
    }
    for i in 0..count {
        let pivot = rows[i][i];
        rows[i].iter_mut().for_each(|value| *value /= pivot);
        let pivot_row = rows[i].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = row[i];
            row.iter_mut()
                .zip(&pivot_row)
                .for_each(|(a, b)| *a -= factor * b);
        }
    }
    rows.into_iter().map(|row| row[count..].to_vec()).collect()
}

#[test]
fn what_is_no_number_is_refused() {
    let mut vote = single(0, 0, true);
    vote.weight = f64::NAN;
    let log = Log {
        sheep: &[NEW],
        voided: &[false],
        votes: &[vote],
        today: 0,
    };
    assert_eq!(refit(&log), Err(Unsettled));
    let mut negative = single(0, 0, true);
    negative.weight = -40.0;
    let log = Log {
        votes: &[negative],
        ..log
    };
    assert_eq!(refit(&log), Err(Unsettled));
}
