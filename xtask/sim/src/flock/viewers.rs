//! What plays on people's screens, when nobody deals: the player's own walk.
//!
//! As the player scores where to go next: the longer ago a person saw a sheep the better, what is
//! rated well is preferred, what was never seen even more, and the rest is chance. The graph is left
//! out: every sheep can be reached.

use rand_chacha::ChaCha8Rng;
use woolgather_coordinator_core::random::weighted;

/// Minutes from one of a person's votes to the next.
const MINUTES: f64 = 1.0;
/// Minutes that what was never seen counts as unseen: a day.
const NEVER_MINUTES: f64 = 1_440.0;
/// What never having been seen is worth beyond that.
const NEVER: f64 = 1.5;
/// What a standard deviation of rating is worth.
pub(super) const RATING: f64 = 0.8;
/// How much is left to chance.
const TEMPERATURE: f64 = 0.6;

/// What everybody has seen, and when.
#[derive(Debug, Clone)]
pub(super) struct Viewers {
    /// By person and sheep: the person's how manieth sight it was.
    seen: Vec<Vec<Option<u32>>>,
    sights: Vec<u32>,
}

impl Viewers {
    pub(super) fn new(people: usize, sheep: usize) -> Self {
        Self {
            seen: vec![vec![None; sheep]; people],
            sights: vec![0; people],
        }
    }

    /// A sheep is born.
    pub(super) fn bear(&mut self) {
        for seen in &mut self.seen {
            seen.push(None);
        }
    }

    /// What plays next for a person, of these sheep with these ratings.
    pub(super) fn play(
        &mut self,
        person: usize,
        sheep: &[usize],
        ratings: &[f64],
        rng: &mut ChaCha8Rng,
    ) -> usize {
        let seen = &mut self.seen[person];
        let now = self.sights[person];
        let pull = popularity(ratings, RATING / TEMPERATURE);
        let weights = sheep.iter().zip(pull).map(|(sheep, pull)| {
            let waited = match seen[*sheep] {
                Some(then) => libm::log1p(MINUTES * f64::from(now - then)),
                None => libm::log1p(NEVER_MINUTES) + NEVER,
            };
            pull * libm::exp(waited / TEMPERATURE)
        });
        let playing = sheep[drawn(&weights.collect::<Vec<_>>(), rng)];
        self.sights[person] += 1;
        seen[playing] = Some(self.sights[person]);
        playing
    }
}

/// exp(`strength` · z) of every rating, z in standard deviations from their mean.
pub(super) fn popularity(ratings: &[f64], strength: f64) -> Vec<f64> {
    let count = ratings.len() as f64;
    let mean = ratings.iter().sum::<f64>() / count;
    let variance = ratings.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / count;
    let spread = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    let pull = |rating: &f64| libm::exp(strength * (rating - mean) / spread);
    ratings.iter().map(pull).collect()
}

/// A place, each in proportion to its weight.
///
/// # Panics
///
/// Where there are no weights: these worlds always have somebody alive.
pub(super) fn drawn(weights: &[f64], rng: &mut ChaCha8Rng) -> usize {
    weighted(rng, weights).expect("somebody lives")
}
