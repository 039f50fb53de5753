//! One of the fleet: asks for work, waits as if it rendered, hands in, and some day is gone.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::Method;
use tokio::sync::watch;
use woolgather_protocol::info::CoordinatorInfo;
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::work::{Lease, LeaseRequest, LeaseResponse, Task, WorkUnit};
use woolgather_protocol::{ProblemKind, PublicKey, paths};

use super::Fleet;
use super::lies::{WAYS, Way};
use crate::figures::draw;
use crate::subject::get;
use crate::wire::{Answer, Wire};

/// How long one waits after something went wrong, seconds; as long again at random.
const PAUSE: f64 = 1.0;
/// The longest wait that is asked of anybody, seconds.
const WAIT_MAX: u64 = 30;
/// How wrong a clock may be, ms: a day.
const SKEW_MAX_MS: i64 = 24 * 3_600_000;

/// What all of them do.
pub(super) struct Habits {
    /// All come within so many seconds.
    pub(super) arrival: f64,
    /// Seconds a segment takes on average.
    pub(super) render: f64,
    /// How probable it is in a second that one vanishes.
    pub(super) vanish_each_second: f64,
    /// Share of the requests whose connection breaks before the answer.
    pub(super) lost: f64,
    /// Share of those who lie.
    pub(super) bad: f64,
    /// Decides what is drawn.
    pub(super) rng_seed: u64,
}

/// One of them.
pub(super) struct Person {
    fleet: Arc<Fleet>,
    addresses: Vec<SocketAddr>,
    coordinator: PublicKey,
    wire: Wire,
    random: u64,
    way: Option<Way>,
    over: watch::Receiver<bool>,
}

impl Person {
    pub(super) fn new(
        fleet: &Arc<Fleet>,
        addresses: &[SocketAddr],
        coordinator: PublicKey,
        number: u64,
    ) -> Self {
        let mut random = fleet.habits.rng_seed ^ number.wrapping_mul(0x9e37_79b9);
        let mut wire = Wire::alternating(addresses, coordinator, number);
        let skew = draw(&mut random) % (2 * SKEW_MAX_MS.unsigned_abs());
        wire.skew_ms = i64::try_from(skew).unwrap_or(0) - SKEW_MAX_MS;
        // Two people share a network, as a household does.
        let network = number / 2;
        wire.forwarded_for = Some(format!(
            "10.{}.{}.{}",
            network >> 16 & 255,
            network >> 8 & 255,
            network & 255
        ));
        let lies = unit(&mut random) < fleet.habits.bad;
        let way = WAYS[draw(&mut random) as usize % WAYS.len()];
        Self {
            fleet: Arc::clone(fleet),
            addresses: addresses.to_vec(),
            coordinator,
            wire,
            random,
            way: lies.then_some(way),
            over: fleet.over.subscribe(),
        }
    }

    /// Works until it is over; where one vanishes, another comes.
    pub(super) async fn live(mut self) {
        let arrival = unit(&mut self.random) * self.fleet.habits.arrival;
        self.wait(arrival).await;
        while !self.is_over() {
            if !self.turn().await {
                self.fleet.vanished.fetch_add(1, Ordering::Relaxed);
                let number = self.fleet.came.fetch_add(1, Ordering::Relaxed);
                self = Self::new(&self.fleet, &self.addresses, self.coordinator, number);
            }
        }
    }

    /// Asks for work and does it; `false` when it vanished.
    async fn turn(&mut self) -> bool {
        let request = LeaseRequest {
            seconds_wanted: 60,
            samples_per_second: 1e9,
            units_max: 1,
            devices: Vec::new(),
        };
        let answer = self.wire.json(Method::POST, paths::LEASES, &request).await;
        let Some(answer) = self.listen::<LeaseResponse>(answer).await else {
            return true;
        };
        self.wire.hang_up();
        if answer.leases.is_empty() {
            let wait = u64::from(answer.retry_after_s).clamp(1, WAIT_MAX);
            self.wait(wait as f64).await;
        }
        for lease in answer.leases {
            let Ok(work) = serde_json::from_str::<WorkUnit>(&lease.work.document) else {
                continue;
            };
            let effort = match work.task {
                Task::Segment => 1.0,
                Task::Audit { .. } => 0.25,
            };
            let seconds =
                -unit(&mut self.random).max(1e-9).ln() * self.fleet.habits.render * effort;
            let vanishes = 1.0 - (-seconds * self.fleet.habits.vanish_each_second).exp();
            if unit(&mut self.random) < vanishes {
                return false;
            }
            self.wait(seconds).await;
            self.hand_in(&lease, &work).await;
            self.wire.hang_up();
        }
        true
    }

    /// Sends until there is an answer, also when it is over meanwhile: finished work is not thrown away.
    async fn hand_in(&mut self, lease: &Lease, work: &WorkUnit) {
        let fleet = Arc::clone(&self.fleet);
        loop {
            let sent = match work.task {
                Task::Audit { frame } => {
                    let frame = (frame - work.first_frame) as usize;
                    let lie = self.way.and_then(|way| fleet.lies.report(way, work, frame));
                    let report = lie.unwrap_or(&fleet.answers.audits[frame]);
                    let path = paths::audit(&lease.id);
                    self.wire.json(Method::PUT, &path, report).await
                }
                Task::Segment => {
                    let lie = self.way.and_then(|way| fleet.lies.segment(way, work));
                    let answers = lie.unwrap_or(&fleet.answers);
                    let path = paths::submission(&lease.id);
                    let body = answers.submission.clone();
                    let digest = answers.digest;
                    if unit(&mut self.random) < fleet.habits.lost {
                        let cut = Duration::from_micros(draw(&mut self.random) % 5_000);
                        let sending = self.wire.send(Method::PUT, &path, body, digest);
                        match tokio::time::timeout(cut, sending).await {
                            Ok(sent) => sent,
                            Err(_) => Err(anyhow::anyhow!("the connection broke")),
                        }
                    } else {
                        self.wire.send(Method::PUT, &path, body, digest).await
                    }
                }
            };
            // A clock that is wrong is set, and the same is sent again.
            let again = match &sent {
                Ok(Answer::Refused(problem)) => problem.kind == ProblemKind::StaleSignature,
                Ok(Answer::Done(_)) => false,
                Ok(Answer::Busy { .. }) | Err(_) => true,
            };
            let done = self.listen::<Receipt>(sent).await;
            if done.is_some() {
                self.fleet.told.acknowledge(lease.id.clone(), &work.task);
            }
            if !again {
                return;
            }
        }
    }

    /// What was done; otherwise counts what happened instead, and waits as one should.
    async fn listen<T>(&mut self, answer: anyhow::Result<Answer<T>>) -> Option<T> {
        let told = &self.fleet.told;
        let mut seconds = PAUSE * (1.0 + unit(&mut self.random));
        match answer {
            Ok(Answer::Done(value)) => return Some(value),
            Ok(Answer::Busy { retry_after_s, .. }) => {
                seconds += retry_after_s.min(WAIT_MAX) as f64;
            }
            Ok(Answer::Refused(problem)) if problem.kind == ProblemKind::StaleSignature => {
                if self.set_clock().await.is_ok() {
                    return None;
                }
            }
            Ok(Answer::Refused(problem)) => {
                told.refused.fetch_add(1, Ordering::Relaxed);
                told.problem(problem.kind);
            }
            Err(_) => {
                self.wire.hang_up();
                told.broken.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.wait(seconds).await;
        None
    }

    /// Sets the clock by the coordinator's, as the client does.
    async fn set_clock(&mut self) -> anyhow::Result<()> {
        let info = get(self.addresses[0], paths::INFO).await?;
        let info: CoordinatorInfo = serde_json::from_slice(&info)?;
        self.wire.set_clock(info.server_time_ms);
        self.fleet.clocks_set.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Waits so many seconds, or until it is over.
    async fn wait(&mut self, seconds: f64) {
        let over = self.over.wait_for(|over| *over);
        // The time is up, or it is over: either way the wait is.
        let _ = tokio::time::timeout(Duration::from_secs_f64(seconds), over).await;
    }

    fn is_over(&self) -> bool {
        *self.over.borrow()
    }
}

/// A number from 0 up to 1.
fn unit(random: &mut u64) -> f64 {
    (draw(random) >> 11) as f64 / (1_u64 << 53) as f64
}
