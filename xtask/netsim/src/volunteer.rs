//! A volunteer's device: asks for work, takes its time, hands in until it is answered.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::Method;
use woolgather_protocol::info::{Device as Known, DeviceRequest};
use woolgather_protocol::submission::Receipt;
use woolgather_protocol::work::{
    DeviceKind, DrawingDevice, Lease, LeaseRequest, LeaseResponse, Task, WorkUnit,
};
use woolgather_protocol::{Blake3, LeaseId, Problem, ProblemKind, paths};

use crate::coordinator::Coordinator;
use crate::pictures::{Drawn, Picture, Pictures, SEGMENTS};
use crate::told::{Promise, Work};
use crate::wire::{Answer, Wire};
use crate::world::{World, lock};

/// How often a device tries to hand something in before it gives up.
const TRIES_MAX: u32 = 200;

/// What a device is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Does what it was given, in the time it was given.
    Steady,
    /// The same, with a graphics card.
    Card,
    /// Hands in long after its lease has run out.
    Slow,
    /// Takes work and goes away, sometimes for good.
    Vanishing,
    /// Never believes that it was heard, and hands everything in several times.
    Repeating,
    /// Gives back half of what it gets.
    Fickle,
    /// Hands in another picture.
    Liar(Picture),
    /// Says of every picture that it is another one.
    FalseWitness,
}

impl Habit {
    /// Whether it hands in the truth.
    #[must_use]
    pub fn is_honest(self) -> bool {
        !matches!(self, Self::Liar(_) | Self::FalseWitness)
    }

    /// Whether it goes on until everything is done.
    #[must_use]
    pub fn stays(self) -> bool {
        matches!(self, Self::Steady | Self::Card | Self::Repeating)
    }

    fn kind(self) -> DeviceKind {
        match self {
            Self::Card => DeviceKind::Gpu,
            _ => DeviceKind::Cpu,
        }
    }
}

/// A device.
pub struct Volunteer {
    /// What it is like.
    pub habit: Habit,
    /// Its way to the coordinator.
    pub wire: Wire,
    /// Where it lives.
    pub world: Arc<World>,
    /// What it hands in.
    pub pictures: &'static Pictures,
}

/// What became of something that was handed in.
enum Outcome {
    Acknowledged(Receipt),
    Refused(Problem),
    GivenUp,
}

/// What is handed in for a lease.
struct Handing {
    path: String,
    body: Bytes,
    digest: Blake3,
    work: Work,
}

impl Volunteer {
    /// Lives until everything is over.
    pub async fn live(mut self) {
        let start = self.world.between_ms(0, 1_200_000);
        tokio::time::sleep(start).await;
        self.introduce().await;
        while !self.is_done() {
            let Some(answer) = self.lease().await else {
                self.rest(5_000, 60_000).await;
                continue;
            };
            if self.habit == Habit::Vanishing && self.world.happens(500) {
                self.vanish().await;
                continue;
            }
            let idle = answer.leases.is_empty();
            for lease in answer.leases {
                self.work_on(lease).await;
            }
            if idle {
                let least = u64::from(answer.retry_after_s) * 1_000;
                self.rest(least.max(15_000), 90_000).await;
            }
        }
        self.world.note(&format!("{} goes home", self.wire.name));
    }

    fn is_done(&self) -> bool {
        self.world.is_over() || (self.world.is_calm() && !self.habit.stays())
    }

    async fn introduce(&mut self) {
        let request = DeviceRequest {
            volunteer: format!("person {}", self.wire.person),
        };
        while !self.is_done() {
            let answer = self
                .wire
                .json::<Known>(Method::POST, paths::DEVICES, &request)
                .await;
            if matches!(answer, Answer::Done(_)) {
                return;
            }
            self.rest(1_000, 30_000).await;
        }
    }

    async fn lease(&mut self) -> Option<LeaseResponse> {
        let devices = match self.habit.kind() {
            DeviceKind::Cpu => Vec::new(),
            kind => vec![DrawingDevice {
                kind,
                name: "Some Card (driver 1)".into(),
                samples_per_second: 100.0,
            }],
        };
        let request = LeaseRequest {
            seconds_wanted: 600,
            samples_per_second: 100.0,
            units_max: 1 + self.world.below(4) as u32,
            devices,
        };
        match self.wire.json(Method::POST, paths::LEASES, &request).await {
            Answer::Done(answer) => Some(answer),
            Answer::Busy(seconds) => {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                None
            }
            Answer::Refused(problem) => {
                self.expect(&problem, &[], "asking for work");
                None
            }
            Answer::Broken => None,
        }
    }

    async fn work_on(&mut self, lease: Lease) {
        let work: WorkUnit = match lease.work.open(&Coordinator::key()) {
            Ok(work) => work,
            Err(error) => {
                return self
                    .world
                    .fail(&format!("a lease cannot be opened: {error}"));
            }
        };
        if self.habit == Habit::Fickle && self.world.happens(500) {
            return self.give_back(&lease.id).await;
        }
        let (handing, took) = self.draw(&lease.id, &work);
        tokio::time::sleep(took).await;
        if self.habit == Habit::Vanishing && self.world.happens(300) {
            return self.vanish().await;
        }
        let outcome = self.hand_in(&handing).await;
        self.hear(&lease.id, &handing, outcome);
        if self.habit == Habit::Repeating {
            for _ in 0..self.world.below(3) {
                self.rest(0, 240_000).await;
                self.repeat(&lease.id, &handing).await;
            }
        }
    }

    /// What it hands in, and how long that takes.
    fn draw(&self, lease: &LeaseId, work: &WorkUnit) -> (Handing, Duration) {
        let is_audit = work.task != Task::Segment;
        let took = match self.habit {
            Habit::Slow => self.world.between_ms(200_000, 2_400_000),
            _ if is_audit => self.world.between_ms(5_000, 60_000),
            _ => self.world.between_ms(20_000, 140_000),
        };
        let drawn = Drawn {
            by: self.habit.kind(),
            render_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        };
        let handing = match work.task {
            Task::Segment => {
                let picture = match self.habit {
                    Habit::Liar(picture) => picture,
                    _ => Picture::Black,
                };
                let number = self.world.below(SEGMENTS);
                let (body, digest) = self.pictures.submission(picture, number, drawn);
                Handing {
                    path: paths::submission(lease),
                    body,
                    digest,
                    work: Work::Segment,
                }
            }
            Task::Audit { .. } => {
                let picture = match self.habit {
                    Habit::FalseWitness => Picture::Gray,
                    _ => Picture::Black,
                };
                let report = self.pictures.report(picture, drawn);
                Handing {
                    path: paths::audit(lease),
                    // A report is a plain struct.
                    body: serde_json::to_vec(&report).unwrap_or_default().into(),
                    digest: report.frame,
                    work: Work::Audit,
                }
            }
        };
        (handing, took)
    }

    /// Hands in the same bytes until somebody answers.
    async fn hand_in(&mut self, handing: &Handing) -> Outcome {
        for _ in 0..TRIES_MAX {
            if self.world.is_over() {
                break;
            }
            let answer = self
                .wire
                .ask::<Receipt>(Method::PUT, &handing.path, handing.body.clone())
                .await;
            match answer {
                Answer::Done(receipt) => return Outcome::Acknowledged(receipt),
                Answer::Refused(problem) if !is_of_the_way(problem.kind) => {
                    return Outcome::Refused(problem);
                }
                Answer::Busy(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
                Answer::Refused(_) | Answer::Broken => self.rest(1_000, 90_000).await,
            }
        }
        Outcome::GivenUp
    }

    fn hear(&self, lease: &LeaseId, handing: &Handing, outcome: Outcome) {
        let refused = |problem: &Problem| {
            let expected = [ProblemKind::LeaseSuperseded];
            self.expect(problem, &expected, &handing.path);
        };
        let mut told = lock(&self.world.told);
        match outcome {
            Outcome::Acknowledged(receipt) => {
                told.duplicates += u64::from(receipt.duplicate);
                let promise = Promise {
                    device: self.wire.key(),
                    work: handing.work,
                    digest: handing.digest,
                };
                told.promises.insert(lease.clone(), promise);
            }
            Outcome::Refused(problem) => {
                told.superseded += u64::from(problem.kind == ProblemKind::LeaseSuperseded);
                drop(told);
                refused(&problem);
            }
            Outcome::GivenUp => {}
        }
    }

    /// Hands in what was answered before: nothing may happen but another receipt.
    async fn repeat(&mut self, lease: &LeaseId, handing: &Handing) {
        let was_promised = lock(&self.world.told).promises.contains_key(lease);
        let outcome = self.hand_in(handing).await;
        match (&outcome, was_promised) {
            (Outcome::Acknowledged(receipt), true) if !receipt.duplicate => {
                let path = &handing.path;
                self.world.fail(&format!("{path} was taken a second time"));
            }
            (Outcome::Refused(problem), true) => {
                self.expect(problem, &[], "handing in once more");
            }
            _ => self.hear(lease, handing, outcome),
        }
    }

    async fn give_back(&mut self, lease: &LeaseId) {
        for _ in 0..3 {
            let path = paths::lease(lease);
            let answer = self.wire.ask::<()>(Method::DELETE, &path, Bytes::new());
            match answer.await {
                Answer::Broken | Answer::Busy(_) => self.rest(1_000, 20_000).await,
                Answer::Refused(problem) if is_of_the_way(problem.kind) => {}
                Answer::Refused(problem) => return self.expect(&problem, &[], "giving back"),
                Answer::Done(()) => return,
            }
        }
    }

    /// An honest device is refused with nothing else than this.
    fn expect(&self, problem: &Problem, expected: &[ProblemKind], what: &str) {
        let fine = is_of_the_way(problem.kind) || expected.contains(&problem.kind);
        if self.habit.is_honest() && !fine {
            let name = &self.wire.name;
            self.world
                .fail(&format!("{name} is honest and was told, {what}: {problem}"));
        }
    }

    async fn vanish(&self) {
        self.world.note(&format!("{} vanishes", self.wire.name));
        self.rest(1_200_000, 7_200_000).await;
    }

    async fn rest(&self, least_ms: u64, most_ms: u64) {
        let most_ms = most_ms.max(least_ms);
        tokio::time::sleep(self.world.between_ms(least_ms, most_ms)).await;
    }
}

/// Refusals that say something about the way here, not about what was sent: send it again.
fn is_of_the_way(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::StaleSignature
            | ProblemKind::ReplayedSignature
            | ProblemKind::MalformedRequest
            | ProblemKind::StorageFull
            | ProblemKind::NotReady
    )
}
