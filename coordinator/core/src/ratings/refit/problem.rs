//! The log as numbers: variables, the normal distributions that hold them, and a term for each vote.
//!
//! Variables are the sheep's days (by sheep, then by day), then the voters. Every variable may be
//! held to a value (`ground`, `rest`) and to the next one (`link`), both as precisions; a link
//! never leads out of a sheep, so all priors together are one tridiagonal matrix.

use super::{Log, Said};
use crate::ratings::online::logistic;
use crate::ratings::{Belief, DAY_MS, DRIFT_PER_DAY, PairAnswer, SHEEP_VARIANCE_MAX};

/// A vote: `answer` says how likely `x[first] + sign · x[second]` should be positive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub(super) first: u32,
    pub(super) second: u32,
    pub(super) voter: u32,
    /// 1 adds a voter's leniency, −1 takes the other sheep of a pair off.
    pub(super) sign: f32,
    /// 0, ½ or 1.
    pub(super) answer: f32,
    pub(super) weight: f64,
}

impl Term {
    pub(super) fn is_pair(&self) -> bool {
        self.sign < 0.0
    }

    /// The two variables, and the second one's sign.
    pub(super) fn sides(&self) -> (usize, usize, f64) {
        (
            self.first as usize,
            self.second as usize,
            f64::from(self.sign),
        )
    }
}

/// What is minimised: half the squared distances from the priors, plus what the votes say against x.
#[derive(Debug)]
pub(super) struct Problem {
    /// Precision that holds a variable to its `rest`.
    pub(super) ground: Vec<f64>,
    /// Where a variable rests; also where to begin.
    pub(super) rest: Vec<f64>,
    /// Precision that holds a variable to the next one.
    pub(super) link: Vec<f64>,
    /// The votes, sorted.
    pub(super) terms: Vec<Term>,
    /// Day of every variable that is a sheep's.
    days: Vec<i32>,
    /// The first variable of every sheep, and one past the last.
    starts: Vec<u32>,
}

impl Problem {
    pub(super) fn new(log: &Log<'_>) -> Self {
        let (days, starts) = sheep_days(log);
        let count = days.len() + log.voided.len();
        let leniency = Belief::NEW_VOTER;
        let mut problem = Self {
            ground: vec![1.0 / leniency.variance; count],
            rest: vec![leniency.mean; count],
            link: vec![0.0; count],
            terms: Vec::new(),
            days,
            starts,
        };
        problem.hold_sheep(log);
        problem.terms = problem.terms_of(log);
        problem
    }

    /// How many variables there are.
    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    /// The variable of a voter.
    pub(super) fn voter(&self, place: usize) -> usize {
        self.days.len() + place
    }

    /// The variable of a sheep's last day with votes, and that day.
    pub(super) fn last_day_of(&self, sheep: usize) -> Option<(usize, i32)> {
        let days = self.days_of(sheep);
        let last = days.end.checked_sub(1).filter(|last| days.contains(last))?;
        Some((last, self.days[last]))
    }

    /// The value of what is minimised at `x`.
    pub(super) fn cost(&self, x: &[f64]) -> f64 {
        let mut cost = 0.0;
        for i in 0..x.len() {
            let away = x[i] - self.rest[i];
            cost += 0.5 * self.ground[i] * away * away;
            if self.link[i] > 0.0 {
                let step = x[i + 1] - x[i];
                cost += 0.5 * self.link[i] * step * step;
            }
        }
        for term in &self.terms {
            let margin = margin(term, x);
            cost += term.weight * (softplus(margin) - f64::from(term.answer) * margin);
        }
        cost
    }

    /// Its gradient at `x`, and how strongly each term curves there.
    pub(super) fn slope(&self, x: &[f64], gradient: &mut [f64], curvature: &mut [f64]) {
        for i in 0..x.len() {
            gradient[i] = self.ground[i] * (x[i] - self.rest[i]);
        }
        for i in 0..x.len() {
            if self.link[i] > 0.0 {
                let pull = self.link[i] * (x[i + 1] - x[i]);
                gradient[i] -= pull;
                gradient[i + 1] += pull;
            }
        }
        for (term, curvature) in self.terms.iter().zip(curvature) {
            let p = logistic(margin(term, x));
            let push = term.weight * (p - f64::from(term.answer));
            let (first, second, sign) = term.sides();
            gradient[first] += push;
            gradient[second] += sign * push;
            *curvature = term.weight * p * (1.0 - p);
        }
    }

    fn days_of(&self, sheep: usize) -> std::ops::Range<usize> {
        self.starts[sheep] as usize..self.starts[sheep + 1] as usize
    }

    /// The variable of a sheep on a day.
    fn variable(&self, sheep: u32, day: i32) -> u32 {
        let days = self.days_of(sheep as usize);
        let place = self.days[days.clone()].partition_point(|of| *of < day);
        (days.start + place) as u32
    }

    /// Holds the first day of every sheep to its prior, and every other one to the day before.
    fn hold_sheep(&mut self, log: &Log<'_>) {
        for (sheep, row) in log.sheep.iter().enumerate() {
            let days = self.days_of(sheep);
            for variable in days.clone() {
                self.rest[variable] = row.prior.mean;
                self.ground[variable] = 0.0;
                if variable + 1 < days.end {
                    let gap = f64::from(self.days[variable + 1] - self.days[variable]);
                    let drift = (DRIFT_PER_DAY * gap).min(SHEEP_VARIANCE_MAX);
                    self.link[variable] = 1.0 / drift;
                }
            }
            if !days.is_empty() {
                let waited = days_ms(row.born_day, self.days[days.start]);
                self.ground[days.start] = 1.0 / row.prior.drifted(waited).variance;
            }
        }
    }

    fn terms_of(&self, log: &Log<'_>) -> Vec<Term> {
        let mut terms: Vec<Term> = Vec::with_capacity(log.votes.len());
        for vote in log.votes.iter().filter(|vote| counts(log, vote.voter)) {
            let (first, second, sign, answer) = match vote.said {
                Said::Single { sheep, up } => {
                    let voter = self.voter(vote.voter as usize) as u32;
                    let answer = if up { 1.0 } else { 0.0 };
                    (self.variable(sheep, vote.day), voter, 1.0, answer)
                }
                Said::Pair {
                    left,
                    right,
                    answer,
                } => {
                    let [left, right] = [left, right].map(|sheep| self.variable(sheep, vote.day));
                    (left, right, -1.0, answer_of(answer))
                }
            };
            terms.push(Term {
                first,
                second,
                voter: vote.voter,
                sign,
                answer,
                weight: vote.weight,
            });
        }
        terms.sort_unstable_by(|a, b| {
            let key = |term: &Term| (term.first, term.second, term.voter);
            let by_places = key(a).cmp(&key(b));
            by_places
                .then_with(|| a.answer.total_cmp(&b.answer))
                .then_with(|| a.weight.total_cmp(&b.weight))
        });
        terms
    }
}

fn answer_of(answer: PairAnswer) -> f32 {
    match answer {
        PairAnswer::Left => 1.0,
        PairAnswer::Right => 0.0,
        PairAnswer::Same => 0.5,
    }
}

fn counts(log: &Log<'_>, voter: u32) -> bool {
    !log.voided[voter as usize]
}

/// Days with votes, by sheep, and where each sheep's begin.
fn sheep_days(log: &Log<'_>) -> (Vec<i32>, Vec<u32>) {
    let mut days: Vec<(u32, i32)> = Vec::with_capacity(log.votes.len());
    for vote in log.votes.iter().filter(|vote| counts(log, vote.voter)) {
        match vote.said {
            Said::Single { sheep, .. } => days.push((sheep, vote.day)),
            Said::Pair { left, right, .. } => days.extend([(left, vote.day), (right, vote.day)]),
        }
    }
    days.sort_unstable();
    days.dedup();
    let mut starts = Vec::with_capacity(log.sheep.len() + 1);
    for sheep in 0..=log.sheep.len() {
        starts.push(days.partition_point(|(of, _)| (*of as usize) < sheep) as u32);
    }
    assert_eq!(
        starts.last().copied().unwrap_or_default() as usize,
        days.len(),
        "a vote on a sheep that the log does not have"
    );
    (days.into_iter().map(|(_, day)| day).collect(), starts)
}

/// Milliseconds from one day to another.
pub(super) fn days_ms(from: i32, to: i32) -> i64 {
    (i64::from(to) - i64::from(from)) * DAY_MS
}

fn margin(term: &Term, x: &[f64]) -> f64 {
    let (first, second, sign) = term.sides();
    x[first] + sign * x[second]
}

/// ln(1 + eˣ), without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}
