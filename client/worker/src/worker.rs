//! The worker's day: ask, work, hand in, ask again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::ThreadPool;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use woolgather_api::{ApiError, Coordinator};
use woolgather_protocol::work::{Lease, LeaseRequest, Task};
use woolgather_protocol::{LeaseId, WorkUnitId};
use woolgather_render_kernel::Frame;

use crate::assignment::Assignment;
use crate::audit::audit_frame;
use crate::error::WorkerError;
use crate::event::Event;
use crate::segment::render_segment;
use crate::speed::Speed;
use crate::stop::Stop;

/// Measures a rendered frame in bytes of some other format, for comparison.
pub type MeasureFrame = Arc<dyn Fn(&Frame) -> u64 + Send + Sync>;

/// How a worker works.
#[derive(Clone)]
pub struct WorkerSettings {
    /// Threads to render with; 0 takes one for each core.
    pub threads: usize,
    /// How many seconds of work to hold at a time.
    pub seconds_wanted: u32,
    /// Never more work units than this at a time.
    pub units_max: u32,
    /// Measures every frame of a segment, if wanted.
    pub measure: Option<MeasureFrame>,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            threads: 0,
            seconds_wanted: 60,
            units_max: 4,
            measure: None,
        }
    }
}

/// How long a worker waits after the coordinator did not answer.
const UNREACHABLE_RETRY_S: u32 = 15;

/// One machine's renderer.
pub struct Worker {
    coordinator: Coordinator,
    settings: WorkerSettings,
    pool: Arc<ThreadPool>,
    speed: Speed,
    stop: Stop,
}

/// What a work unit left behind.
enum Outcome {
    Segment(crate::segment::RenderedSegment),
    Audit(u32, woolgather_protocol::audit::AuditReport, u64),
}

impl Worker {
    /// A worker with a pool of threads of its own.
    ///
    /// # Errors
    ///
    /// [`WorkerError::Thread`] when the system gives no threads.
    pub fn new(
        coordinator: Coordinator,
        settings: WorkerSettings,
        stop: Stop,
    ) -> Result<Self, WorkerError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(settings.threads)
            .thread_name(|index| format!("render {index}"))
            .build()
            .map_err(|_| WorkerError::Thread)?;
        Ok(Self {
            coordinator,
            settings,
            pool: Arc::new(pool),
            speed: Speed::default(),
            stop,
        })
    }

    /// Works until it is stopped, or until `units_max` work units are handed in. Returns how many
    /// were.
    ///
    /// # Errors
    ///
    /// Only what no later try can mend, such as a coordinator that is another one now. A passing
    /// failure is an event, and the worker goes on.
    pub async fn run(
        &mut self,
        units_max: Option<u32>,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<u32, WorkerError> {
        let mut handed_in = 0;
        let enough = |handed_in: u32| units_max.is_some_and(|max| handed_in >= max);
        while !self.stop.is_stopped() && !enough(handed_in) {
            let (leases, retry_s) = match self
                .ask(units_max.map(|max| max - handed_in), on_event)
                .await
            {
                Ok(answer) => answer,
                Err(error) if error.is_passing() => {
                    let retry_s = UNREACHABLE_RETRY_S;
                    on_event(Event::Unreachable {
                        reason: error.to_string(),
                        retry_s,
                    });
                    self.stop.sleep(Duration::from_secs(retry_s.into())).await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if leases.is_empty() {
                on_event(Event::Idle { retry_s });
                self.stop.sleep(Duration::from_secs(retry_s.into())).await;
            }
            for lease in leases {
                if self.stop.is_stopped() || enough(handed_in) {
                    self.give_back(&lease.id).await;
                    continue;
                }
                handed_in += u32::from(self.work(&lease, on_event).await?);
            }
        }
        Ok(handed_in)
    }

    /// Asks for leases and passes on the news that come with them.
    async fn ask(
        &self,
        units_max: Option<u32>,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<(Vec<Lease>, u32), ApiError> {
        let request = LeaseRequest {
            seconds_wanted: self.settings.seconds_wanted,
            samples_per_second: self.speed.samples_per_second(),
            units_max: units_max.unwrap_or(u32::MAX).min(self.settings.units_max),
        };
        let response = self.coordinator.lease(&request).await?;
        for notice in response.notices {
            on_event(Event::Refused {
                work_unit: notice.work_unit,
                problem: notice.problem,
            });
        }
        Ok((response.leases, response.retry_after_s.max(1)))
    }

    /// Does one work unit; whether it was handed in.
    async fn work(
        &mut self,
        lease: &Lease,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<bool, WorkerError> {
        let outcome = match Assignment::open(lease, &self.coordinator.info().key) {
            Ok(assignment) => {
                on_event(leased(&assignment));
                let unit = assignment.unit.id.clone();
                self.render(assignment, on_event)
                    .await
                    .map(|outcome| (unit, outcome))
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok((unit, outcome)) => self.hand_in(&lease.id, unit, outcome, on_event).await,
            Err(error) => {
                self.give_back(&lease.id).await;
                if !error.is_stop() {
                    on_event(Event::GivenBack {
                        reason: error.to_string(),
                    });
                    self.stop.sleep(Duration::from_secs(1)).await;
                }
                Ok(false)
            }
        }
    }

    /// Renders on the pool, passing events on meanwhile.
    async fn render(
        &mut self,
        assignment: Assignment,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Outcome, WorkerError> {
        let (events, mut heard) = unbounded_channel();
        let (pool, stop, measure) = (
            Arc::clone(&self.pool),
            self.stop.clone(),
            self.settings.measure.clone(),
        );
        let start = Instant::now();
        let work = tokio::task::spawn_blocking(move || {
            pool.install(|| render_any(&assignment, measure.as_ref(), &stop, &events))
        });
        while let Some(event) = heard.recv().await {
            on_event(event);
        }
        let outcome = work.await.map_err(|_| WorkerError::Thread)??;
        let samples = match &outcome {
            Outcome::Segment(segment) => segment.samples,
            Outcome::Audit(_, _, samples) => *samples,
        };
        self.speed.measured(samples, start.elapsed());
        Ok(outcome)
    }

    /// Hands the work in; a refusal is an event, not an error.
    async fn hand_in(
        &self,
        lease: &LeaseId,
        work_unit: WorkUnitId,
        outcome: Outcome,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<bool, WorkerError> {
        let answer = match outcome {
            Outcome::Segment(segment) => {
                let preamble = &segment.submission.preamble;
                let (segment_bytes, render_ms) = (preamble.segment_bytes, preamble.render_ms);
                let receipt = self.coordinator.submit(lease, &segment.submission).await;
                receipt.map(|receipt| Event::Submitted {
                    work_unit: work_unit.clone(),
                    segment_bytes,
                    measured_bytes: segment.measured_bytes,
                    render_ms,
                    duplicate: receipt.duplicate,
                })
            }
            Outcome::Audit(frame, report, _) => {
                let receipt = self.coordinator.audit(lease, &report).await;
                receipt.map(|_| Event::Audited {
                    work_unit: work_unit.clone(),
                    frame,
                })
            }
        };
        match answer {
            Ok(event) => {
                on_event(event);
                Ok(true)
            }
            Err(ApiError::Problem(problem)) => {
                on_event(Event::Refused {
                    work_unit,
                    problem: *problem,
                });
                Ok(false)
            }
            Err(error) if error.is_passing() => {
                on_event(Event::GivenBack {
                    reason: error.to_string(),
                });
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a lease back. When that fails the lease runs out by itself.
    async fn give_back(&self, lease: &LeaseId) {
        if let Err(error) = self.coordinator.give_back(lease).await {
            tracing::debug!(%lease, %error, "Could not give lease {lease} back; it will run out");
        }
    }
}

fn leased(assignment: &Assignment) -> Event {
    let unit = &assignment.unit;
    Event::Leased {
        work_unit: unit.id.clone(),
        task: unit.task,
        title: unit.title.clone(),
        segment: unit.segment,
        of_segments: unit.recipe.segments(unit.clip_kind),
        frames: assignment.frames().len() as u32,
    }
}

/// Segment or audit, on the current rayon pool.
fn render_any(
    assignment: &Assignment,
    measure: Option<&MeasureFrame>,
    stop: &Stop,
    events: &UnboundedSender<Event>,
) -> Result<Outcome, WorkerError> {
    let of = assignment.frames().len() as u32;
    let frame_done = |done: u32| {
        let work_unit = assignment.unit.id.clone();
        events
            .send(Event::Frame {
                work_unit,
                done,
                of,
            })
            .ok();
    };
    match assignment.unit.task {
        Task::Segment => {
            render_segment(assignment, measure, stop, &frame_done).map(Outcome::Segment)
        }
        Task::Audit { frame } => {
            let (report, samples) = audit_frame(assignment, frame, stop)?;
            frame_done(1);
            Ok(Outcome::Audit(frame, report, samples))
        }
    }
}
