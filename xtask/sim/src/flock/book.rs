//! Ratings as the coordinator keeps them: dealt, voted, taken back, with `core`'s own functions.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;
use woolgather_coordinator_core::dealing::{Candidate, deal_pair, deal_single_to};
use woolgather_coordinator_core::ratings::refit::{
    Log, Refit, Said, SheepRow, Unsettled, VoteRow, refit,
};
use woolgather_coordinator_core::ratings::{
    Belief, DAY_MS, SHEEP_VARIANCE_MAX, Shift, pair_vote, single_vote,
};

/// Beliefs, exposures and standing votes.
#[derive(Debug, Clone)]
pub(super) struct Book {
    /// Of every sheep at birth, and when that was.
    born: Vec<(Belief, i64)>,
    /// Of every sheep, and as of when.
    sheep: Vec<(Belief, i64)>,
    /// How often each was on a ballot.
    pub(super) exposures: Vec<u64>,
    leniency: Vec<Belief>,
    standing: BTreeMap<(u32, u32, Option<u32>), Standing>,
    /// For every voter the sheep with a standing single vote.
    answered: Vec<BTreeSet<usize>>,
}

/// A vote that stands.
#[derive(Debug, Clone, Copy)]
struct Standing {
    row: VoteRow,
    first: Shift,
    second: Shift,
    leniency: Shift,
}

impl Book {
    /// New sheep and new voters.
    pub(super) fn new(sheep: usize, voters: usize) -> Self {
        Self {
            born: vec![(Belief::NEW_SHEEP, 0); sheep],
            sheep: vec![(Belief::NEW_SHEEP, 0); sheep],
            exposures: vec![0; sheep],
            leniency: vec![Belief::NEW_VOTER; voters],
            standing: BTreeMap::new(),
            answered: vec![BTreeSet::new(); voters],
        }
    }

    /// A sheep is born; returns its place.
    pub(super) fn bear(&mut self, prior: Belief, now_ms: i64) -> usize {
        self.born.push((prior, now_ms));
        self.sheep.push((prior, now_ms));
        self.exposures.push(0);
        self.sheep.len() - 1
    }

    /// What is believed of a sheep now.
    pub(super) fn belief(&self, sheep: usize, now_ms: i64) -> Belief {
        let (belief, since_ms) = self.sheep[sheep];
        belief.drifted(now_ms - since_ms)
    }

    /// What was believed of a sheep at birth.
    pub(super) fn prior(&self, sheep: usize) -> Belief {
        self.born[sheep].0
    }

    /// The mean rating of every sheep.
    pub(super) fn means(&self) -> Vec<f64> {
        self.sheep.iter().map(|(belief, _)| belief.mean).collect()
    }

    /// Deals a voter a ballot about one of the living, or a pair of them: left and right.
    pub(super) fn deal(
        &mut self,
        living: &[usize],
        voter: usize,
        pair: bool,
        now_ms: i64,
        rng: &mut ChaCha8Rng,
    ) -> (usize, Option<usize>) {
        let candidate = |sheep: &usize| Candidate {
            belief: self.belief(*sheep, now_ms),
            exposures: self.exposures[*sheep],
        };
        let candidates: Vec<Candidate> = living.iter().map(candidate).collect();
        let places = if pair {
            deal_pair(&candidates, rng).map(|(left, right)| (left, Some(right)))
        } else {
            let by_voter = &self.answered[voter];
            let answered: Vec<bool> = living.iter().map(|s| by_voter.contains(s)).collect();
            deal_single_to(&candidates, &answered, rng).map(|only| (only, None))
        };
        // There are always at least two living sheep in these worlds.
        let (first, second) = places.unwrap_or((0, None));
        let (first, second) = (living[first], second.map(|place| living[place]));
        self.exposures[first] += 1;
        if let Some(second) = second {
            self.exposures[second] += 1;
        }
        (first, second)
    }

    /// Counts a vote; an earlier one of the voter on the same is taken back first.
    pub(super) fn vote(&mut self, voter: usize, said: Said, weight: f64, now_ms: i64) {
        let key = key(voter, said);
        if let Some(before) = self.standing.remove(&key) {
            self.take_back(voter, &before, now_ms);
        }
        let row = VoteRow {
            voter: voter as u32,
            day: day_of(now_ms),
            weight,
            said,
        };
        let standing = self.effect(row, now_ms);
        let (first, second) = sides(said);
        self.move_sheep(first, now_ms, |belief| belief.shifted(standing.first));
        if let Some(second) = second {
            self.move_sheep(second, now_ms, |belief| belief.shifted(standing.second));
        }
        self.leniency[voter] = self.leniency[voter].shifted(standing.leniency);
        if second.is_none() {
            self.answered[voter].insert(first as usize);
        }
        self.standing.insert(key, standing);
    }

    /// The standing votes, by voter.
    pub(super) fn votes(&self) -> Vec<VoteRow> {
        self.standing
            .values()
            .map(|standing| standing.row)
            .collect()
    }

    /// The refit as of now, of `votes`, which are the book's in any order.
    pub(super) fn refit(&self, votes: &[VoteRow], now_ms: i64) -> Result<Refit, Unsettled> {
        let row = |&(prior, born_ms): &(Belief, i64)| SheepRow {
            prior,
            born_day: day_of(born_ms),
        };
        let sheep: Vec<SheepRow> = self.born.iter().map(row).collect();
        refit(&Log {
            sheep: &sheep,
            voided: &vec![false; self.leniency.len()],
            votes,
            today: day_of(now_ms),
        })
    }

    fn effect(&self, row: VoteRow, now_ms: i64) -> Standing {
        let (first, second, leniency) = match row.said {
            Said::Single { sheep, up } => {
                let sheep = self.belief(sheep as usize, now_ms);
                let voter = self.leniency[row.voter as usize];
                let (first, leniency) = single_vote(sheep, voter, up, row.weight);
                (first, Shift::default(), leniency)
            }
            Said::Pair {
                left,
                right,
                answer,
            } => {
                let [left, right] = [left, right].map(|s| self.belief(s as usize, now_ms));
                let (first, second) = pair_vote(left, right, answer, row.weight);
                (first, second, Shift::default())
            }
        };
        Standing {
            row,
            first,
            second,
            leniency,
        }
    }

    fn take_back(&mut self, voter: usize, before: &Standing, now_ms: i64) {
        let (first, second) = sides(before.row.said);
        let without = |shift: Shift| move |b: Belief| b.without(shift, SHEEP_VARIANCE_MAX);
        self.move_sheep(first, now_ms, without(before.first));
        if let Some(second) = second {
            self.move_sheep(second, now_ms, without(before.second));
        }
        let most = Belief::NEW_VOTER.variance;
        self.leniency[voter] = self.leniency[voter].without(before.leniency, most);
    }

    fn move_sheep(&mut self, sheep: u32, now_ms: i64, moved: impl Fn(Belief) -> Belief) {
        let belief = self.belief(sheep as usize, now_ms);
        self.sheep[sheep as usize] = (moved(belief), now_ms);
    }
}

/// The day of a time.
pub(super) fn day_of(ms: i64) -> i32 {
    ms.div_euclid(DAY_MS) as i32
}

fn sides(said: Said) -> (u32, Option<u32>) {
    match said {
        Said::Single { sheep, .. } => (sheep, None),
        Said::Pair { left, right, .. } => (left, Some(right)),
    }
}

/// A voter has one standing vote on a sheep, and on a pair whichever way round it was shown.
fn key(voter: usize, said: Said) -> (u32, u32, Option<u32>) {
    let (first, second) = sides(said);
    let voter = voter as u32;
    match second {
        Some(second) => (voter, first.min(second), Some(first.max(second))),
        None => (voter, first, None),
    }
}
