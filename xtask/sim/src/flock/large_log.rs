//! How long the nightly refit takes with a large log.

use std::num::NonZeroU32;

use rand_chacha::ChaCha8Rng;
use woolgather_coordinator_core::random::{below, normal, unit};
use woolgather_coordinator_core::ratings::Belief;
use woolgather_coordinator_core::ratings::refit::{Log, Refit, Said, SheepRow, Unsettled, VoteRow};

use super::crowd::{prefers, rng_of, says_yes};

/// Days that the log is long.
const DAYS: i32 = 365;
/// Days that a sheep lives.
const LIFE_DAYS: i32 = 14;

/// A made-up log.
#[derive(Debug)]
pub struct LargeLog {
    sheep: Vec<SheepRow>,
    voted: Vec<VoteRow>,
    voters: usize,
}

impl LargeLog {
    /// `votes` votes of `voters` voters on `sheep` sheep, each of which lives two weeks of a year; half
    /// of them on pairs.
    #[must_use]
    pub fn new(sheep: NonZeroU32, voters: NonZeroU32, votes: u32, rng_seed: u64) -> Self {
        let rng = &mut rng_of(rng_seed, 30);
        let (count, voters) = (sheep.get() as usize, voters.get() as usize);
        // Born evenly over the year, so neighbours by number live at the same time.
        let born = |of: usize| (of as i64 * i64::from(DAYS - LIFE_DAYS) / count as i64) as i32;
        let quality: Vec<f64> = (0..count).map(|_| normal(rng)).collect();
        let leniency: Vec<f64> = (0..voters).map(|_| 0.8 + normal(rng)).collect();
        let near = (count / (DAYS / LIFE_DAYS) as usize / 4).max(1);
        let mut vote = |_| vote(rng, &quality, &leniency, near, &born);
        Self {
            voted: (0..votes).map(&mut vote).collect(),
            sheep: (0..count)
                .map(|of| SheepRow {
                    prior: Belief::NEW_SHEEP,
                    born_day: born(of),
                })
                .collect(),
            voters,
        }
    }

    /// Refits it.
    ///
    /// # Errors
    ///
    /// [`Unsettled`], which would be a bug.
    pub fn refit(&self) -> Result<Refit, Unsettled> {
        woolgather_coordinator_core::ratings::refit::refit(&Log {
            sheep: &self.sheep,
            voided: &vec![false; self.voters],
            votes: &self.voted,
            today: DAYS,
        })
    }
}

fn vote(
    rng: &mut ChaCha8Rng,
    quality: &[f64],
    leniency: &[f64],
    near: usize,
    born: &impl Fn(usize) -> i32,
) -> VoteRow {
    let voter = below(rng, leniency.len());
    let left = below(rng, quality.len());
    let right = (left + 1 + below(rng, near)) % quality.len();
    let said = if unit(rng) < 0.5 {
        Said::Single {
            sheep: left as u32,
            up: says_yes(quality[left] + leniency[voter], rng),
        }
    } else {
        Said::Pair {
            left: left as u32,
            right: right as u32,
            answer: prefers(quality[left] - quality[right], rng),
        }
    };
    VoteRow {
        voter: voter as u32,
        day: born(left).max(born(right)) + below(rng, LIFE_DAYS as usize / 2) as i32,
        weight: 1.0,
        said,
    }
}
