//! A volunteer that never gives up, for measurements in which coordinators are killed.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::Method;
use hyper::body::Bytes;
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::work::{Lease, LeaseRequest, LeaseResponse, Task, WorkUnit};
use woolgather_protocol::{Blake3, LeaseId, ProblemKind, paths};

use crate::frames::Answers;
use crate::wire::{Answer, Wire};

/// How long a volunteer waits after something went wrong.
const PAUSE: Duration = Duration::from_millis(20);

/// What the volunteers were told.
#[derive(Default)]
pub(crate) struct Told {
    /// Leases whose submissions were acknowledged.
    acknowledged: Mutex<HashSet<LeaseId>>,
    /// Leases whose audits were acknowledged.
    audited: Mutex<HashSet<LeaseId>>,
    /// Why they got no answer, and how often.
    problems: Mutex<BTreeMap<&'static str, u64>>,
    /// Requests refused.
    pub(crate) refused: AtomicU64,
    /// Requests that broke off.
    pub(crate) broken: AtomicU64,
}

impl Told {
    /// A submission or an audit report under this lease was acknowledged.
    pub(crate) fn acknowledge(&self, lease: LeaseId, task: &Task) {
        let acknowledged = match task {
            Task::Segment => &self.acknowledged,
            Task::Audit { .. } => &self.audited,
        };
        lock(acknowledged).insert(lease);
    }

    /// A request was not done, for this reason.
    pub(crate) fn problem(&self, kind: ProblemKind) {
        *lock(&self.problems).entry(kind.as_str()).or_default() += 1;
    }

    /// Leases whose submissions were acknowledged so far.
    pub(crate) fn acknowledged(&self) -> HashSet<LeaseId> {
        lock(&self.acknowledged).clone()
    }

    /// Leases whose audits were acknowledged so far.
    pub(crate) fn audited(&self) -> HashSet<LeaseId> {
        lock(&self.audited).clone()
    }

    /// Why requests got no answer so far, by the kind's name, and how often.
    pub(crate) fn problems(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.problems).clone()
    }

    /// How many submissions were acknowledged so far.
    pub(crate) fn count(&self) -> usize {
        lock(&self.acknowledged).len()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A volunteer that never gives up.
pub(crate) struct Volunteer {
    /// Its connections.
    pub(crate) wire: Wire,
    /// What it hands in.
    pub(crate) answers: Arc<Answers>,
    /// Where it keeps what it is told.
    pub(crate) told: Arc<Told>,
    /// Whether it may stop.
    pub(crate) over: Arc<AtomicBool>,
}

impl Volunteer {
    /// Leases and hands in until it may stop.
    pub(crate) async fn work(mut self) {
        let (body, digest) = (self.answers.submission.clone(), self.answers.digest);
        while !self.over.load(Ordering::Relaxed) {
            for lease in self.lease(4).await {
                self.hand_in(lease, &body, digest).await;
            }
        }
    }

    /// What there is to do, up to so many units; waits a little when there is nothing.
    pub(crate) async fn lease(&mut self, units_max: u32) -> Vec<Lease> {
        let request = LeaseRequest {
            seconds_wanted: 3_600,
            samples_per_second: 1e9,
            units_max,
            devices: Vec::new(),
        };
        let answer = self.wire.json(Method::POST, paths::LEASES, &request).await;
        let Some(answer) = self.listen::<LeaseResponse>(answer).await else {
            return Vec::new();
        };
        if answer.leases.is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
        answer.leases
    }

    /// Hands in until the coordinator has answered: for a segment this body with this digest, for an audit what
    /// everybody saw.
    pub(crate) async fn hand_in(&mut self, lease: Lease, body: &Bytes, digest: Blake3) {
        let Ok(work) = serde_json::from_str::<WorkUnit>(&lease.work.document) else {
            return;
        };
        while !self.over.load(Ordering::Relaxed) {
            let sent: anyhow::Result<Answer<Receipt>> = match work.task {
                Task::Audit { frame } => {
                    let report = &self.answers.audits[(frame - work.first_frame) as usize];
                    let path = paths::audit(&lease.id);
                    self.wire.json(Method::PUT, &path, report).await
                }
                Task::Segment => {
                    let path = paths::submission(&lease.id);
                    let body = body.clone();
                    self.wire.send(Method::PUT, &path, body, digest).await
                }
            };
            let answered = match &sent {
                Ok(Answer::Done(_)) => true,
                Ok(Answer::Refused(problem)) => problem.kind != ProblemKind::Internal,
                Ok(Answer::Busy { .. }) | Err(_) => false,
            };
            if self.listen(sent).await.is_some() {
                self.told.acknowledge(lease.id.clone(), &work.task);
            }
            if answered {
                return;
            }
        }
    }

    /// What was done; otherwise counts what happened instead, and waits a little.
    async fn listen<T>(&mut self, answer: anyhow::Result<Answer<T>>) -> Option<T> {
        match answer {
            Ok(Answer::Done(value)) => return Some(value),
            Ok(Answer::Refused(problem)) => {
                self.told.problem(problem.kind);
                self.told.refused.fetch_add(1, Ordering::Relaxed);
            }
            Ok(Answer::Busy { kind, .. }) => {
                if let Some(kind) = kind {
                    self.told.problem(kind);
                }
            }
            Err(_) => {
                self.wire.hang_up();
                self.told.broken.fetch_add(1, Ordering::Relaxed);
            }
        }
        tokio::time::sleep(PAUSE).await;
        None
    }
}
