//! The nightly refit: all beliefs from all standing votes at once, in whatever order they came.
//!
//! The online updates take each vote as it comes and never look back: what the first votes said is
//! read with the beliefs of that moment, and a vote whose weight is changed afterwards cannot be
//! weighed anew. The refit forgets the online values and maximises the logarithm of the posterior
//! over the whole log:
//!
//! ```text
//!   Σ singles  w · [y·ln σ(θᵢ(d) + c) + (1−y)·ln σ(−θᵢ(d) − c)]
//! + Σ pairs    w · [y·ln σ(θᵢ(d) − θⱼ(d)) + (1−y)·ln σ(θⱼ(d) − θᵢ(d))]
//! − Σ sheep    (θᵢ(d₁) − mᵢ)² / 2vᵢ                       what was believed of it at birth
//! − Σ days     (θᵢ(d′) − θᵢ(d))² / (2 · 0.01 · (d′ − d))    drift, from one day with votes to the next
//! − Σ voters   (c − 0.8)² / 2
//! ```
//!
//! A sheep has one θ for each day on which somebody voted on it, tied to the next by the same drift
//! that the online variance grows by; what is believed today is the last one, less sure by the days
//! since. (R. Coulom, *Whole-History Rating*, 2008, does this for players of Go.) A sheep without a
//! vote keeps what was believed at birth. The prior mᵢ is the one the sheep was born with: a later
//! opinion of its parents does not move it, and votes on it do not move them.
//!
//! The sum is strictly concave, so there is one maximum, and [`solver`] goes there from anywhere.
//! Terms are sorted before they are added, so the same votes in another order give the same bits.
//!
//! # Variances
//!
//! A sheep's is that of the normal distribution around the maximum, with everybody else's
//! uncertainty averaged out as far as direct neighbours go ([`spread`]). What nobody knows about
//! all sheep together (where zero is) is not in it, which changes no order.
//!
//! # Reliability, and voters who are voided
//!
//! After a first fit each voter's reliability is estimated (`ratings::reliability`); votes of those
//! who answer like a coin are taken a tenth, and everything is fitted once more. Votes of a voided
//! voter do not exist: voiding and refitting is the same as the log without them.
//!
//! # Cost
//!
//! Linear in the votes: about a hundred passes over them, and 32 bytes each.

mod problem;
mod solver;
mod spread;

use super::online::logistic;
use super::reliability::{self, PairSeen};
use super::{Belief, PairAnswer, UNRELIABLE_FACTOR};
use problem::Problem;

/// A sheep of the log, living or not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SheepRow {
    /// What was believed of it at birth.
    pub prior: Belief,
    /// The day of its birth, in days since 1970.
    pub born_day: i32,
}

/// What a standing vote said. Sheep go by their place in [`Log::sheep`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Up or down for one sheep.
    Single {
        /// Which.
        sheep: u32,
        /// Up.
        up: bool,
    },
    /// Which of two is better.
    Pair {
        /// The one on the left.
        left: u32,
        /// The one on the right.
        right: u32,
        /// Which.
        answer: PairAnswer,
    },
}

/// A standing vote: the last of its voter on this sheep or pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoteRow {
    /// The voter's place in [`Log::voided`].
    pub voter: u32,
    /// When it was cast, in days since 1970.
    pub day: i32,
    /// What it weighed when it was cast.
    pub weight: f64,
    /// What it said.
    pub said: Said,
}

/// Everything that was ever voted and still stands.
#[derive(Debug, Clone, Copy)]
pub struct Log<'a> {
    /// Every sheep that a vote is about.
    pub sheep: &'a [SheepRow],
    /// For every voter whether an operator voided the key.
    pub voided: &'a [bool],
    /// The votes, in any order.
    pub votes: &'a [VoteRow],
    /// Today, in days since 1970; beliefs are as of now.
    pub today: i32,
}

/// What is known of a voter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoterFit {
    /// How easily this voter says yes.
    pub leniency: Belief,
    /// How well this voter's answers to pairs agree with everybody else's; `None` before
    /// [`super::PAIRS_MIN`] of them.
    pub reliability: Option<f64>,
    /// The votes were taken a tenth.
    pub unreliable: bool,
}

/// Beliefs after a refit, by the places in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Refit {
    /// Of every sheep, as of today.
    pub sheep: Vec<Belief>,
    /// Of every voter.
    pub voters: Vec<VoterFit>,
    /// Newton steps that it took, both fits together.
    pub newton_steps: u32,
    /// Products with the matrix of second derivatives, each a pass over the votes.
    pub products: u32,
}

/// The refit found no maximum: a prior or a weight is not a number, negative or absurd. Keep the
/// ratings as they are, and look at the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the refit does not settle; a prior or a weight in the log is not usable")]
pub struct Unsettled;

/// Fits all beliefs to the log.
///
/// # Errors
///
/// [`Unsettled`]: keep the ratings as they are.
///
/// # Panics
///
/// If a vote names a sheep or a voter that the log does not have, which is the caller's bug.
pub fn refit(log: &Log<'_>) -> Result<Refit, Unsettled> {
    if !usable(log) {
        return Err(Unsettled);
    }
    let mut problem = Problem::new(log);
    let mut at = problem.rest.clone();
    let first = solver::minimise(&problem, &mut at)?;
    let spread = spread::variances(&problem, &at);
    let reliability = reliabilities(log, &problem, &at, &spread);
    let unreliable: Vec<bool> = reliability
        .iter()
        .map(|found| found.is_some_and(reliability::is_unreliable))
        .collect();
    if !unreliable.contains(&true) {
        return Ok(read(log, &problem, &at, &spread, &reliability, first));
    }
    for term in &mut problem.terms {
        if unreliable[term.voter as usize] {
            term.weight *= UNRELIABLE_FACTOR;
        }
    }
    let second = solver::minimise(&problem, &mut at)?;
    let spread = spread::variances(&problem, &at);
    let effort = solver::Effort {
        newton_steps: first.newton_steps + second.newton_steps,
        products: first.products + second.products,
    };
    Ok(read(log, &problem, &at, &spread, &reliability, effort))
}

fn usable(log: &Log<'_>) -> bool {
    let prior = |row: &SheepRow| row.prior.mean.is_finite() && row.prior.variance > 0.0;
    let weight = |vote: &VoteRow| (0.0..=1.0).contains(&vote.weight);
    log.sheep.iter().all(prior) && log.votes.iter().all(weight)
}

/// Every voter's reliability, where there is enough to tell.
fn reliabilities(log: &Log<'_>, problem: &Problem, at: &[f64], spread: &[f64]) -> Vec<Option<f64>> {
    let mut seen: Vec<Vec<PairSeen>> = vec![Vec::new(); log.voided.len()];
    for term in problem.terms.iter().filter(|term| term.is_pair()) {
        let [left, right] = [term.first, term.second].map(|place| place as usize);
        let answer = f64::from(term.answer);
        if answer == 0.5 {
            continue;
        }
        let margin = at[left] - at[right];
        // What this very vote did to the margin is taken out, to first order.
        let own = term.weight * (answer - logistic(margin));
        let variance = spread[left] + spread[right];
        let towards = if answer > 0.5 { 1.0 } else { -1.0 };
        seen[term.voter as usize].push(PairSeen {
            margin: towards * (margin - own * variance),
            variance,
        });
    }
    seen.iter()
        .map(|pairs| reliability::estimate(pairs))
        .collect()
}

fn read(
    log: &Log<'_>,
    problem: &Problem,
    at: &[f64],
    spread: &[f64],
    reliability: &[Option<f64>],
    effort: solver::Effort,
) -> Refit {
    let sheep = log.sheep.iter().enumerate().map(|(place, row)| {
        let (last, since) = match problem.last_day_of(place) {
            Some((variable, day)) => {
                let belief = Belief {
                    mean: at[variable],
                    variance: spread[variable],
                };
                (belief, day)
            }
            None => (row.prior, row.born_day),
        };
        last.drifted(problem::days_ms(since, log.today))
    });
    let voters = reliability.iter().enumerate().map(|(place, &reliability)| {
        let variable = problem.voter(place);
        VoterFit {
            leniency: Belief {
                mean: at[variable],
                variance: spread[variable],
            },
            reliability,
            unreliable: reliability.is_some_and(reliability::is_unreliable),
        }
    });
    Refit {
        sheep: sheep.collect(),
        voters: voters.collect(),
        newton_steps: effort.newton_steps,
        products: effort.products,
    }
}

#[cfg(test)]
mod tests;
