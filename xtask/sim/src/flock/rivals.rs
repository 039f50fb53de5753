//! What others rate by: net votes, Wilson's bound and Elo, with the sheep that happen to play.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use woolgather_coordinator_core::random::below;

use super::crowd::Crowd;
use super::viewers::Viewers;

/// How far one game moves an Elo rating, in its own units of 400 for odds of ten to one.
const ELO_STEP: f64 = 32.0;

/// Standing ups and downs.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    standing: BTreeMap<(usize, usize), bool>,
    ups: Vec<f64>,
    downs: Vec<f64>,
}

/// What a count of ups and downs is worth.
pub(super) type Score = fn(f64, f64) -> f64;

impl Counts {
    pub(super) fn new(sheep: usize) -> Self {
        Self {
            standing: BTreeMap::new(),
            ups: vec![0.0; sheep],
            downs: vec![0.0; sheep],
        }
    }

    /// A sheep is born.
    pub(super) fn bear(&mut self) {
        self.ups.push(0.0);
        self.downs.push(0.0);
    }

    /// Counts a vote instead of an earlier one of the same voter.
    pub(super) fn vote(&mut self, voter: usize, sheep: usize, up: bool) {
        if let Some(before) = self.standing.insert((voter, sheep), up) {
            *self.side(sheep, before) -= 1.0;
        }
        *self.side(sheep, up) += 1.0;
    }

    /// The score of every sheep.
    pub(super) fn scores(&self, score: Score) -> Vec<f64> {
        let counts = self.ups.iter().zip(&self.downs);
        counts.map(|(ups, downs)| score(*ups, *downs)).collect()
    }

    fn side(&mut self, sheep: usize, up: bool) -> &mut f64 {
        if up {
            &mut self.ups[sheep]
        } else {
            &mut self.downs[sheep]
        }
    }
}

/// Ups less downs.
pub(super) fn net(ups: f64, downs: f64) -> f64 {
    ups - downs
}

/// The lower end of the 95 % interval of the share of ups (E. Wilson, 1927).
pub(super) fn wilson(ups: f64, downs: f64) -> f64 {
    const Z: f64 = 1.96;
    let n = ups + downs;
    if n == 0.0 {
        return 0.0;
    }
    let share = ups / n;
    let spread = Z * ((share * (1.0 - share) + Z * Z / (4.0 * n)) / n).sqrt();
    (share + Z * Z / (2.0 * n) - spread) / (1.0 + Z * Z / n)
}

/// Votes on whatever plays, rated by a count; also says how often each sheep was seen.
pub(super) fn by_counts(
    crowd: &Crowd,
    acts: usize,
    score: Score,
    rng: &mut ChaCha8Rng,
) -> (Counts, Vec<u64>) {
    let sheep = crowd.quality.len();
    let mut counts = Counts::new(sheep);
    let mut exposures = vec![0; sheep];
    let all: Vec<usize> = (0..sheep).collect();
    let mut viewers = Viewers::new(crowd.people(), sheep);
    for _ in 0..acts {
        let person = crowd.voter(rng);
        let playing = viewers.play(person, &all, &counts.scores(score), rng);
        exposures[playing] += 1;
        counts.vote(person, playing, crowd.likes(person, playing, rng));
    }
    (counts, exposures)
}

/// Elo's ratings of pairs shown at random.
pub(super) fn elo(crowd: &Crowd, acts: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    use woolgather_coordinator_core::ratings::PairAnswer;
    let sheep = crowd.quality.len();
    let mut rating = vec![0.0; sheep];
    for _ in 0..acts {
        let person = crowd.voter(rng);
        let left = below(rng, sheep);
        let right = (left + 1 + below(rng, sheep - 1)) % sheep;
        let score = match crowd.prefers(person, left, right, rng) {
            PairAnswer::Left => 1.0,
            PairAnswer::Right => 0.0,
            PairAnswer::Same => 0.5,
        };
        let expected = 1.0 / (1.0 + libm::pow(10.0, (rating[right] - rating[left]) / 400.0));
        rating[left] += ELO_STEP * (score - expected);
        rating[right] -= ELO_STEP * (score - expected);
    }
    rating
}
