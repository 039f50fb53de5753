//! Sheep with a hidden quality, and people with a taste of their own.
//!
//! Nothing here knows a rating. A person says yes to a sheep with probability
//! σ(quality + own taste for it + own generosity), and of two sheep prefers one as the difference of
//! quality and taste has it, give or take logistic noise; a small difference is none. A few people
//! vote much and most vote little (Pareto's law with the exponent of "eighty to twenty").

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use woolgather_coordinator_core::random::{normal, unit};
use woolgather_coordinator_core::ratings::PairAnswer;

/// Pareto's exponent of who votes how much.
const ACTIVITY_EXPONENT: f64 = 1.16;
/// Mean and standard deviation of people's generosity.
const GENEROSITY: (f64, f64) = (0.8, 1.0);
/// Differences below this are none to a person.
const SAME: f64 = 0.3;

/// The random numbers of a part of a run.
pub(super) fn rng_of(rng_seed: u64, part: u64) -> ChaCha8Rng {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&rng_seed.to_le_bytes());
    seed[8..16].copy_from_slice(&part.to_le_bytes());
    ChaCha8Rng::from_seed(seed)
}

/// People and how they see a flock.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    /// What each sheep is worth to everybody.
    pub(super) quality: Vec<f64>,
    people: usize,
    /// What each is worth to one person beyond that, by person.
    taste: Vec<f64>,
    generosity: Vec<f64>,
    voters: Voters,
}

impl Crowd {
    /// `sheep` of quality N(0, 1), `people` with a taste for each of N(0, 1).
    pub(super) fn new(sheep: usize, people: usize, rng: &mut ChaCha8Rng) -> Self {
        let quality = (0..sheep).map(|_| normal(rng)).collect();
        let taste = (0..sheep * people).map(|_| normal(rng)).collect();
        let voters = Voters::new(people, rng);
        let generosity = (0..people).map(|_| generosity(rng)).collect();
        Self {
            quality,
            people,
            taste,
            generosity,
            voters,
        }
    }

    /// How many people there are.
    pub(super) fn people(&self) -> usize {
        self.people
    }

    /// Who votes next.
    pub(super) fn voter(&self, rng: &mut ChaCha8Rng) -> usize {
        self.voters.draw(rng)
    }

    /// Whether this person says yes to this sheep.
    pub(super) fn likes(&self, person: usize, sheep: usize, rng: &mut ChaCha8Rng) -> bool {
        says_yes(self.worth(person, sheep) + self.generosity[person], rng)
    }

    /// Which of two this person prefers.
    pub(super) fn prefers(
        &self,
        person: usize,
        left: usize,
        right: usize,
        rng: &mut ChaCha8Rng,
    ) -> PairAnswer {
        prefers(self.worth(person, left) - self.worth(person, right), rng)
    }

    /// The mean quality of the best tenth by `rating`.
    pub(super) fn quality_of_best_tenth(&self, rating: &[f64]) -> f64 {
        let best = best_first(rating);
        let tenth = (rating.len() / 10).max(1);
        let quality = best[..tenth].iter().map(|sheep| self.quality[*sheep]);
        quality.sum::<f64>() / tenth as f64
    }

    fn worth(&self, person: usize, sheep: usize) -> f64 {
        self.quality[sheep] + self.taste[person * self.quality.len() + sheep]
    }
}

/// How much each person votes.
#[derive(Debug, Clone)]
pub(super) struct Voters {
    /// Sums up to and including each person.
    sums: Vec<f64>,
}

impl Voters {
    pub(super) fn new(people: usize, rng: &mut ChaCha8Rng) -> Self {
        let mut sum = 0.0;
        let sums = (0..people).map(|_| {
            sum += libm::pow(1.0 - unit(rng), -1.0 / ACTIVITY_EXPONENT);
            sum
        });
        Self {
            sums: sums.collect(),
        }
    }

    /// A person, each in proportion to how much they vote.
    pub(super) fn draw(&self, rng: &mut ChaCha8Rng) -> usize {
        let all = self.sums.last().copied().unwrap_or(0.0);
        let at = unit(rng) * all;
        let place = self.sums.partition_point(|sum| *sum <= at);
        place.min(self.sums.len() - 1)
    }
}

/// A person's generosity.
pub(super) fn generosity(rng: &mut ChaCha8Rng) -> f64 {
    GENEROSITY.0 + GENEROSITY.1 * normal(rng)
}

/// Yes with probability σ(`margin`).
pub(super) fn says_yes(margin: f64, rng: &mut ChaCha8Rng) -> bool {
    margin + logistic_noise(rng) > 0.0
}

/// Left when it is better by `margin`, give or take noise.
pub(super) fn prefers(margin: f64, rng: &mut ChaCha8Rng) -> PairAnswer {
    let felt = margin + logistic_noise(rng);
    if felt.abs() < SAME {
        PairAnswer::Same
    } else if felt > 0.0 {
        PairAnswer::Left
    } else {
        PairAnswer::Right
    }
}

/// Places from the greatest number to the least.
pub(super) fn best_first(numbers: &[f64]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..numbers.len()).collect();
    places.sort_by(|one, other| numbers[*other].total_cmp(&numbers[*one]));
    places
}

fn logistic_noise(rng: &mut ChaCha8Rng) -> f64 {
    // Neither end is ever drawn: the middle of one of 2⁵³ steps.
    let u = unit(rng) + 0.5_f64.powi(54);
    libm::log(u / (1.0 - u))
}
