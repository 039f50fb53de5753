//! A volunteer that never gives up, for measurements in which coordinators are killed.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::Method;
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::work::{Lease, LeaseRequest, LeaseResponse, Task, WorkUnit};
use woolgather_protocol::{LeaseId, paths};

use crate::frames::Answers;
use crate::wire::{Answer, Wire};

/// How long a volunteer waits after something went wrong.
const PAUSE: Duration = Duration::from_millis(20);

/// What the volunteers were told.
#[derive(Default)]
pub(crate) struct Told {
    /// Leases whose submissions were acknowledged.
    acknowledged: Mutex<HashSet<LeaseId>>,
    /// Requests refused.
    pub(crate) refused: AtomicU64,
    /// Requests that broke off.
    pub(crate) broken: AtomicU64,
}

impl Told {
    /// A submission under this lease was acknowledged.
    pub(crate) fn acknowledge(&self, lease: LeaseId) {
        let acknowledged = self.acknowledged.lock();
        let mut acknowledged = acknowledged.unwrap_or_else(PoisonError::into_inner);
        acknowledged.insert(lease);
    }

    /// Leases whose submissions were acknowledged so far.
    pub(crate) fn acknowledged(&self) -> HashSet<LeaseId> {
        let acknowledged = self.acknowledged.lock();
        acknowledged.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many submissions were acknowledged so far.
    pub(crate) fn count(&self) -> usize {
        let acknowledged = self.acknowledged.lock();
        acknowledged.unwrap_or_else(PoisonError::into_inner).len()
    }
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
        let request = LeaseRequest {
            seconds_wanted: 3_600,
            samples_per_second: 1e9,
            units_max: 4,
            devices: Vec::new(),
        };
        while !self.over.load(Ordering::Relaxed) {
            let answer = self.wire.json(Method::POST, paths::LEASES, &request).await;
            let Some(answer) = self.listen::<LeaseResponse>(answer).await else {
                continue;
            };
            if answer.leases.is_empty() {
                tokio::time::sleep(PAUSE).await;
            }
            for lease in answer.leases {
                self.hand_in(lease).await;
            }
        }
    }

    /// Hands in until the coordinator has answered.
    async fn hand_in(&mut self, lease: Lease) {
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
                    let body = self.answers.submission.clone();
                    self.wire
                        .send(Method::PUT, &path, body, self.answers.digest)
                        .await
                }
            };
            let answered = matches!(sent, Ok(Answer::Done(_) | Answer::Refused(_)));
            if self.listen(sent).await.is_some() && work.task == Task::Segment {
                self.told.acknowledge(lease.id.clone());
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
            Ok(Answer::Refused(_)) => self.told.refused.fetch_add(1, Ordering::Relaxed),
            Ok(Answer::Busy { .. }) => 0,
            Err(_) => {
                self.wire.hang_up();
                self.told.broken.fetch_add(1, Ordering::Relaxed)
            }
        };
        tokio::time::sleep(PAUSE).await;
        None
    }
}
