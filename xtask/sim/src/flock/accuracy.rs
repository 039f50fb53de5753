//! The first world: how good are the sheep that would breed?
//!
//! 120 sheep, 400 people, no births. After so many acts for each sheep the best tenth by rating
//! become parents; what counts is their hidden quality. Ours is dealt, half single ballots and half
//! pairs; net votes and Wilson's bound rate what happens to play; Elo rates random pairs.

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use woolgather_coordinator_core::random::{distinct_below, unit};
use woolgather_coordinator_core::ratings::DAY_MS;
use woolgather_coordinator_core::ratings::refit::Said;

use super::book::Book;
use super::crowd::{Crowd, rng_of};
use super::rivals::{by_counts, elo, net, wilson};

/// Sheep of the flock.
pub(super) const SHEEP: usize = 120;
/// People who vote.
pub(super) const PEOPLE: usize = 400;
/// Days that the voting takes, whatever the number of acts.
const DAYS: i64 = 14;
/// Share of ballots that are pairs.
pub(super) const PAIRS: f64 = 0.5;
/// A sheep seen less often was hardly seen.
const SEEN_MIN: u64 = 3;

/// What came of one number of acts for each sheep, means over all seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Accuracy {
    /// Acts for each sheep.
    pub acts: u32,
    /// Hidden quality of the parents by net votes, in standard deviations.
    pub net: f64,
    /// By Wilson's bound.
    pub wilson: f64,
    /// By Elo.
    pub elo: f64,
    /// By our ratings.
    pub ours: f64,
    /// By our ratings of pairs alone, as many as Elo has.
    pub ours_pairs: f64,
    /// By our ratings after the nightly refit.
    pub refit: f64,
    /// Of the best tenth by hidden quality: nobody can do better.
    pub perfect: f64,
    /// Share of sheep that were on fewer than three ballots, with ours.
    pub hardly_seen: f64,
    /// The same by what happens to play with net votes.
    pub hardly_seen_net: f64,
    /// Root of the mean square difference between refit and online ratings, less what they differ by
    /// for all sheep alike: where zero is decides nothing.
    pub refit_away: f64,
    /// Greatest change of a rating when the log is read in another order, over all seeds.
    pub order_change: f64,
}

/// Plays the world with so many acts for each sheep; `done` is told after each seed.
pub(super) fn play(acts: u32, rng_seeds: &[u64], done: &(dyn Fn() + Sync)) -> Accuracy {
    let each = rng_seeds.par_iter().map(|rng_seed| {
        let found = once(acts, *rng_seed);
        done();
        found
    });
    mean(acts, &each.collect::<Vec<_>>())
}

fn once(acts: u32, rng_seed: u64) -> Accuracy {
    let crowd = Crowd::new(SHEEP, PEOPLE, &mut rng_of(rng_seed, 0));
    let all = acts as usize * SHEEP;
    let (counts, exposures_net) = by_counts(&crowd, all, net, &mut rng_of(rng_seed, 1));
    let (by_wilson, _) = by_counts(&crowd, all, wilson, &mut rng_of(rng_seed, 2));
    let by_elo = elo(&crowd, all, &mut rng_of(rng_seed, 3));
    let rng = &mut rng_of(rng_seed, 4);
    let book = vote_dealt(&crowd, all, PAIRS, rng);
    let pairs = vote_dealt(&crowd, all, 1.0, &mut rng_of(rng_seed, 5));
    let now_ms = DAYS * DAY_MS;
    let online = book.means();
    let votes = book.votes();
    let order = distinct_below(rng, votes.len(), votes.len());
    let shuffled: Vec<_> = order.into_iter().map(|place| votes[place]).collect();
    // A log that cannot be fitted is as far away as can be: the gate is missed.
    let far = vec![f64::INFINITY; SHEEP];
    let means = |votes: &[_]| match book.refit(votes, now_ms) {
        Ok(refit) => refit.sheep.iter().map(|belief| belief.mean).collect(),
        Err(_) => far.clone(),
    };
    let (refit, again): (Vec<f64>, Vec<f64>) = (means(&votes), means(&shuffled));
    let best = |rating: &[f64]| crowd.quality_of_best_tenth(rating);
    let hardly = |exposures: &[u64]| {
        let seldom = exposures.iter().filter(|seen| **seen < SEEN_MIN).count();
        seldom as f64 / SHEEP as f64
    };
    let shift = refit.iter().zip(&online).map(|(a, b)| a - b).sum::<f64>() / SHEEP as f64;
    let away = refit.iter().zip(&online).map(|(a, b)| a - b - shift);
    let changes = refit.iter().zip(&again).map(|(a, b)| (a - b).abs());
    Accuracy {
        acts,
        net: best(&counts.scores(net)),
        wilson: best(&by_wilson.scores(wilson)),
        elo: best(&by_elo),
        ours: best(&online),
        ours_pairs: best(&pairs.means()),
        refit: best(&refit),
        perfect: best(&crowd.quality),
        hardly_seen: hardly(&book.exposures),
        hardly_seen_net: hardly(&exposures_net),
        refit_away: (away.map(|a| a * a).sum::<f64>() / SHEEP as f64).sqrt(),
        order_change: changes.fold(0.0, f64::max),
    }
}

/// `acts` dealt ballots over [`DAYS`] days, `pairs` of them pairs.
fn vote_dealt(crowd: &Crowd, acts: usize, pairs: f64, rng: &mut ChaCha8Rng) -> Book {
    let mut book = Book::new(SHEEP, PEOPLE);
    for act in 0..acts {
        let now_ms = DAYS * DAY_MS * act as i64 / acts as i64;
        honest_act(&mut book, crowd, pairs, now_ms, rng);
    }
    book
}

/// One ballot, dealt and answered by somebody who means it.
pub(super) fn honest_act(
    book: &mut Book,
    crowd: &Crowd,
    pairs: f64,
    now_ms: i64,
    rng: &mut ChaCha8Rng,
) {
    let living: Vec<usize> = (0..crowd.quality.len()).collect();
    let person = crowd.voter(rng);
    let pair = unit(rng) < pairs;
    let said = match book.deal(&living, person, pair, now_ms, rng) {
        (sheep, None) => Said::Single {
            sheep: sheep as u32,
            up: crowd.likes(person, sheep, rng),
        },
        (left, Some(right)) => Said::Pair {
            left: left as u32,
            right: right as u32,
            answer: crowd.prefers(person, left, right, rng),
        },
    };
    book.vote(person, said, 1.0, now_ms);
}

fn mean(acts: u32, each: &[Accuracy]) -> Accuracy {
    let mean = |of: fn(&Accuracy) -> f64| each.iter().map(of).sum::<f64>() / each.len() as f64;
    Accuracy {
        acts,
        net: mean(|found| found.net),
        wilson: mean(|found| found.wilson),
        elo: mean(|found| found.elo),
        ours: mean(|found| found.ours),
        ours_pairs: mean(|found| found.ours_pairs),
        refit: mean(|found| found.refit),
        perfect: mean(|found| found.perfect),
        hardly_seen: mean(|found| found.hardly_seen),
        hardly_seen_net: mean(|found| found.hardly_seen_net),
        refit_away: mean(|found| found.refit_away),
        order_change: each.iter().map(|f| f.order_change).fold(0.0, f64::max),
    }
}
