//! The pulse: for whom the coordinator works, measured from the requests of the last hour.
//!
//! A sum over all requests hides that nothing works for one client version, or over one kind of address. So
//! outcomes are kept by [`Cohort`]: what was asked for, by which client, over which internet protocol.
//!
//! ```text
//! http::layers::observe -> note(cohort, address, outcome) -> ten-minute windows -> health() -> /status
//!                                                                              \-> place() -> /status/me
//! ```
//!
//! * A cohort's figure is the mean over the *places* requests came from (an IPv4 address, an IPv6 /64), each by
//!   its own share: one place that asks very often, or lies, moves it by no more than any other.
//! * Places are hashes under a key that lives as long as the process; nothing here is written down.
//! * Every coordinator measures what it answers itself, since its start.

mod cohort;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use woolgather_protocol::ProblemKind;

use crate::http::throttle::network;

pub use cohort::{Client, Cohort, Protocol, Service};

/// A window's length.
const WINDOW_MS: i64 = 10 * 60 * 1000;
/// Windows that are kept: an hour.
const WINDOWS: usize = 6;
/// The most cohorts and places in one window, about 2 MB; those beyond are not counted.
const NOTED_MAX: usize = 20_000;
/// Fewer requests say nothing.
pub const ASKED_MIN: u64 = 20;
/// A cohort for which less than this works is failing.
pub const WORKING_MIN: f64 = 0.99;
/// Changes that are remembered.
const CHANGES_MAX: usize = 50;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Status of the answer.
    pub status: u16,
    /// The refusal, if it was one.
    pub refusal: Option<ProblemKind>,
    /// Milliseconds until the answer's head.
    pub took_ms: u64,
}

impl Outcome {
    /// Whether somebody who did nothing wrong did not get what they asked for. Refusals that are a part of taking
    /// part (a spent ballot, too many requests, a faster worker) are not.
    fn is_failure(&self) -> bool {
        let never_meant = matches!(
            self.refusal,
            Some(
                ProblemKind::MalformedRequest
                    | ProblemKind::Unsigned
                    | ProblemKind::BadSignature
                    | ProblemKind::StaleSignature
                    | ProblemKind::BodyMismatch
                    | ProblemKind::MethodNotAllowed
                    | ProblemKind::WrongTask
                    | ProblemKind::BadPreamble
                    | ProblemKind::SegmentMismatch
                    | ProblemKind::UnreadableSegment
                    | ProblemKind::WrongSequenceHeader
                    | ProblemKind::WrongFrameSize
                    | ProblemKind::WrongFrameCount
                    | ProblemKind::UndecodableSegment
                    | ProblemKind::BadAuditReport
            )
        );
        self.status >= 500 || never_meant
    }
}

/// Requests of one cohort from one place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    asked: u64,
    failed: u64,
    took_ms: u64,
    last_ms: i64,
    last_failure: Option<ProblemKind>,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.asked += other.asked;
        self.failed += other.failed;
        self.took_ms += other.took_ms;
        if other.last_ms >= self.last_ms {
            self.last_ms = other.last_ms;
            self.last_failure = other.last_failure.or(self.last_failure);
        }
    }
}

#[derive(Debug, Default)]
struct Window {
    number: i64,
    noted: HashMap<(Cohort, u64), Tally>,
}

/// What is said of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Fewer than [`ASKED_MIN`] requests.
    TooFew,
    /// At least [`WORKING_MIN`] works.
    Working,
    /// Less does.
    Failing,
}

/// How a cohort fares.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// The cohort.
    pub cohort: Cohort,
    /// Requests in the last hour.
    pub asked: u64,
    /// Places that they came from.
    pub places: u64,
    /// The share that worked, from 0 to 1: the mean over places.
    pub works: f64,
    /// Milliseconds until an answer, on average over requests.
    pub took_ms: u64,
}

impl Health {
    /// In a word.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.asked < ASKED_MIN {
            Verdict::TooFew
        } else if self.works >= WORKING_MIN {
            Verdict::Working
        } else {
            Verdict::Failing
        }
    }
}

/// What came from one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromPlace {
    /// The cohort.
    pub cohort: Cohort,
    /// Requests in the last hour.
    pub asked: u64,
    /// Those that failed.
    pub failed: u64,
    /// When the last one came.
    pub last_ms: i64,
    /// The last failure's kind, where it has one.
    pub last_failure: Option<ProblemKind>,
}

/// A cohort began to fail, or works again.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// When it was seen.
    pub at_ms: i64,
    /// How the cohort fared then.
    pub health: Health,
}

/// What the last hour's requests tell.
#[derive(Debug, Default)]
pub struct Pulse {
    inner: Mutex<Inner>,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Inner {
    /// Oldest first.
    windows: VecDeque<Window>,
    looked_ms: i64,
    failing: Vec<Cohort>,
    changes: VecDeque<Change>,
}

impl Pulse {
    /// A request was answered.
    pub fn note(&self, cohort: Cohort, address: IpAddr, outcome: &Outcome, now_ms: i64) {
        let place = self.hasher.hash_one(network(address));
        let failed = outcome.is_failure();
        let tally = Tally {
            asked: 1,
            failed: u64::from(failed),
            took_ms: outcome.took_ms,
            last_ms: now_ms,
            last_failure: outcome.refusal.filter(|_| failed),
        };
        let mut inner = self.inner();
        inner.roll(now_ms);
        if let Some(window) = inner.windows.back_mut() {
            let key = (cohort, place);
            if window.noted.len() < NOTED_MAX || window.noted.contains_key(&key) {
                window.noted.entry(key).or_default().add(&tally);
            }
        }
        inner.look(now_ms);
    }

    /// Every cohort of the last hour, in order of service, client and protocol.
    #[must_use]
    pub fn health(&self, now_ms: i64) -> Vec<Health> {
        let mut inner = self.inner();
        inner.roll(now_ms);
        inner.health()
    }

    /// What came from this address in the last hour.
    #[must_use]
    pub fn place(&self, address: IpAddr, now_ms: i64) -> Vec<FromPlace> {
        let here = self.hasher.hash_one(network(address));
        let mut inner = self.inner();
        inner.roll(now_ms);
        let mine = inner
            .sums()
            .into_iter()
            .filter(|((_, place), _)| *place == here);
        let mut mine: Vec<FromPlace> = mine
            .map(|((cohort, _), tally)| FromPlace {
                cohort,
                asked: tally.asked,
                failed: tally.failed,
                last_ms: tally.last_ms,
                last_failure: tally.last_failure,
            })
            .collect();
        mine.sort_by(|a, b| a.cohort.cmp(&b.cohort));
        mine
    }

    /// When cohorts began to fail and worked again, newest first.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        self.inner().changes.iter().rev().cloned().collect()
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        // A panic inside cannot leave a count half changed.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Opens the window of this moment and drops those that are over.
    fn roll(&mut self, now_ms: i64) {
        let number = now_ms.div_euclid(WINDOW_MS);
        if self
            .windows
            .back()
            .is_none_or(|newest| newest.number < number)
        {
            self.windows.push_back(Window {
                number,
                noted: HashMap::new(),
            });
        }
        let oldest = number - WINDOWS as i64;
        self.windows.retain(|window| window.number > oldest);
    }

    fn sums(&self) -> HashMap<(Cohort, u64), Tally> {
        let mut sums: HashMap<(Cohort, u64), Tally> = HashMap::new();
        for (key, tally) in self.windows.iter().flat_map(|window| &window.noted) {
            sums.entry(key.clone()).or_default().add(tally);
        }
        sums
    }

    fn health(&self) -> Vec<Health> {
        let mut cohorts: BTreeMap<Cohort, Vec<Tally>> = BTreeMap::new();
        for ((cohort, _), tally) in self.sums() {
            cohorts.entry(cohort).or_default().push(tally);
        }
        let of_cohort = |(cohort, tallies): (Cohort, Vec<Tally>)| {
            let mut sum = Tally::default();
            tallies.iter().for_each(|tally| sum.add(tally));
            let mut shares: Vec<f64> = tallies
                .iter()
                .map(|tally| 1.0 - tally.failed as f64 / tally.asked as f64)
                .collect();
            // Places come in no order, and a sum must not depend on one.
            shares.sort_by(f64::total_cmp);
            Health {
                cohort,
                asked: sum.asked,
                places: tallies.len() as u64,
                works: shares.iter().sum::<f64>() / shares.len() as f64,
                took_ms: sum.took_ms / sum.asked,
            }
        };
        cohorts.into_iter().map(of_cohort).collect()
    }

    /// Once a minute: has a cohort begun to fail, does one work again?
    fn look(&mut self, now_ms: i64) {
        const LOOK_EVERY_MS: i64 = 60_000;
        if now_ms - self.looked_ms < LOOK_EVERY_MS {
            return;
        }
        self.looked_ms = now_ms;
        for health in self.health() {
            let was_failing = self.failing.contains(&health.cohort);
            match (was_failing, health.verdict()) {
                (false, Verdict::Failing) => self.failing.push(health.cohort.clone()),
                (true, Verdict::Working) => self.failing.retain(|one| *one != health.cohort),
                _ => continue,
            }
            self.changes.push_back(Change {
                at_ms: now_ms,
                health,
            });
        }
        while self.changes.len() > CHANGES_MAX {
            self.changes.pop_front();
        }
    }
}

#[cfg(test)]
mod tests;
