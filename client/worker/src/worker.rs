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
use crate::audit::{Audited, audit_frame};
use crate::devices::{Devices, WorkBackend};
use crate::error::WorkerError;
use crate::event::Event;
use crate::segment::{RenderedSegment, render_segment};
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
    /// How long to wait where the coordinator does not answer, in seconds.
    pub retry_s: u32,
    /// What draws.
    pub backend: WorkBackend,
    /// Part of a graphics card's name, or its number; any otherwise.
    pub adapter: Option<String>,
    /// Measures every frame of a segment, if wanted.
    pub measure: Option<MeasureFrame>,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            threads: 0,
            seconds_wanted: 60,
            units_max: 4,
            retry_s: 15,
            backend: WorkBackend::default(),
            adapter: None,
            measure: None,
        }
    }
}

/// The longest a coordinator may send a worker to sleep, in seconds.
const IDLE_S_MAX: u32 = 600;
/// How long a worker waits after it gave a work unit back, which it may get again at once.
const GIVEN_BACK_PAUSE: Duration = Duration::from_secs(5);
/// The longest a stop waits for a lease to be given back.
const GIVE_BACK_MAX: Duration = Duration::from_secs(5);

/// One machine's renderer.
pub struct Worker {
    coordinator: Coordinator,
    settings: WorkerSettings,
    pool: Arc<ThreadPool>,
    devices: Arc<Devices>,
    /// Of everything together, encoding included.
    speed: Speed,
    stop: Stop,
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
        let devices = Devices::open(settings.backend, settings.adapter.as_deref());
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads(&settings, devices.both()))
            .thread_name(|index| format!("render {index}"))
            .build()
            .map_err(|_| WorkerError::Thread)?;
        Ok(Self {
            coordinator,
            settings,
            pool: Arc::new(pool),
            devices: Arc::new(devices),
            speed: Speed::default(),
            stop,
        })
    }

    /// Works until it is stopped, or until `units_max` work units are handed in. Returns how many
    /// were.
    ///
    /// # Errors
    ///
    /// Only what no later try can mend, such as a coordinator that does not know this device or a
    /// recipe that needs another program. A passing failure is an event, and the worker goes on.
    pub async fn run(
        &mut self,
        units_max: Option<u32>,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<u32, WorkerError> {
        let mut handed_in = 0;
        while !self.stop.is_stopped() && units_max.is_none_or(|max| handed_in < max) {
            let wanted = units_max.map_or(u32::MAX, |max| max - handed_in);
            match self.ask(wanted, on_event).await {
                Ok(leases) => handed_in += self.work_through(leases, wanted, on_event).await?,
                Err(error) if error.is_passing() => self.wait_for(&error, on_event).await,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(handed_in)
    }

    /// Asks for leases and passes on the news that come with them; rests when there are none.
    async fn ask(
        &self,
        units_max: u32,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Vec<Lease>, ApiError> {
        for text in self.devices.take_notes() {
            on_event(Event::Note { text });
        }
        let devices = self.devices.described();
        let request = LeaseRequest {
            seconds_wanted: self.settings.seconds_wanted,
            samples_per_second: self.speed.samples_per_second(),
            units_max: units_max.min(self.settings.units_max),
            devices,
        };
        let response = self.coordinator.lease(&request).await?;
        for notice in response.notices {
            on_event(Event::Refused {
                work_unit: notice.work_unit,
                problem: notice.problem,
            });
        }
        if response.leases.is_empty() {
            let retry_s = response.retry_after_s.clamp(1, IDLE_S_MAX);
            on_event(match response.withheld {
                Some(problem) => Event::Withheld { problem, retry_s },
                None => Event::Idle { retry_s },
            });
            let rest = woolgather_api::spread(Duration::from_secs(retry_s.into()));
            self.stop.sleep(rest).await;
        }
        Ok(response.leases)
    }

    /// Rests while the coordinator is away or busy: as long as it asks, else as we are set.
    async fn wait_for(&self, error: &ApiError, on_event: &mut (dyn FnMut(Event) + Send)) {
        let asked = error.retry_after().map(|time| time.as_secs());
        let asked = asked.and_then(|seconds| u32::try_from(seconds).ok());
        let retry_s = asked.map_or(self.settings.retry_s, |seconds| {
            seconds.clamp(1, IDLE_S_MAX)
        });
        on_event(Event::Unreachable {
            reason: error.to_string(),
            retry_s,
        });
        let rest = woolgather_api::spread(Duration::from_secs(retry_s.into()));
        self.stop.sleep(rest).await;
    }

    /// Does work units until `units_max` are handed in, and returns how many were. What is left then,
    /// or at a stop or an error, is given back.
    async fn work_through(
        &mut self,
        leases: Vec<Lease>,
        units_max: u32,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<u32, WorkerError> {
        let mut handed_in = 0;
        let mut leases = leases.into_iter();
        let outcome = loop {
            if self.stop.is_stopped() || handed_in == units_max {
                break Ok(handed_in);
            }
            let Some(lease) = leases.next() else {
                break Ok(handed_in);
            };
            match self.work(&lease, on_event).await {
                Ok(done) => handed_in += u32::from(done),
                Err(error) => break Err(error),
            }
        };
        for lease in leases {
            if !self.give_back(&lease.id).await {
                break;
            }
        }
        outcome
    }

    /// Does one work unit; whether it was handed in.
    async fn work(
        &mut self,
        lease: &Lease,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<bool, WorkerError> {
        let error = match Assignment::open(lease, &self.coordinator.info().key) {
            Ok(assignment) => {
                on_event(leased(&assignment));
                let unit = assignment.unit.id.clone();
                match self.render(assignment, on_event).await {
                    Ok(work) => return self.hand_in(&lease.id, unit, &work, on_event).await,
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        self.give_back(&lease.id).await;
        if error.is_the_flocks() {
            return Err(error);
        }
        if !error.is_stop() {
            on_event(Event::GivenBack {
                reason: error.to_string(),
            });
            self.stop.sleep(GIVEN_BACK_PAUSE).await;
        }
        Ok(false)
    }

    /// Renders on the pool, passing events on meanwhile.
    async fn render(
        &mut self,
        assignment: Assignment,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Finished, WorkerError> {
        let (events, mut heard) = unbounded_channel();
        let (pool, devices, stop, measure) = (
            Arc::clone(&self.pool),
            Arc::clone(&self.devices),
            self.stop.clone(),
            self.settings.measure.clone(),
        );
        let start = Instant::now();
        let work = tokio::task::spawn_blocking(move || {
            pool.install(|| render_any(&assignment, &devices, measure.as_ref(), &stop, &events))
        });
        while let Some(event) = heard.recv().await {
            on_event(event);
        }
        let finished = work.await.map_err(|_| WorkerError::Thread)??;
        self.speed.measured(finished.samples(), start.elapsed());
        for text in self.devices.take_notes() {
            on_event(Event::Note { text });
        }
        Ok(finished)
    }

    /// Hands finished work in, however long the coordinator stays away; whether it took it. A
    /// refusal is an event, not an error.
    async fn hand_in(
        &self,
        lease: &LeaseId,
        work_unit: WorkUnitId,
        finished: &Finished,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<bool, WorkerError> {
        loop {
            let error = match self.send(lease, &work_unit, finished).await {
                Ok(event) => {
                    on_event(event);
                    return Ok(true);
                }
                Err(error) => error,
            };
            match error {
                error if error.is_passing() && self.stop.is_stopped() => {
                    on_event(Event::GivenBack {
                        reason: error.to_string(),
                    });
                    return Ok(false);
                }
                error if error.is_passing() => self.wait_for(&error, on_event).await,
                ApiError::Problem(problem) => {
                    on_event(Event::Refused {
                        work_unit,
                        problem: *problem,
                    });
                    return Ok(false);
                }
                error => return Err(error.into()),
            }
        }
    }

    /// Hands finished work in once.
    async fn send(
        &self,
        lease: &LeaseId,
        work_unit: &WorkUnitId,
        finished: &Finished,
    ) -> Result<Event, ApiError> {
        let work_unit = work_unit.clone();
        match finished {
            Finished::Segment(segment) => {
                let preamble = &segment.submission.preamble;
                let receipt = self.coordinator.submit(lease, &segment.submission).await?;
                Ok(Event::Submitted {
                    work_unit,
                    segment_bytes: preamble.segment_bytes,
                    measured_bytes: segment.measured_bytes,
                    render_ms: preamble.render_ms,
                    duplicate: receipt.duplicate,
                })
            }
            Finished::Audit { frame, audited } => {
                self.coordinator.audit(lease, &audited.report).await?;
                Ok(Event::Audited {
                    work_unit,
                    frame: *frame,
                })
            }
        }
    }

    /// Gives a lease back; whether the coordinator heard it. Where it did not, the lease runs out.
    async fn give_back(&self, lease: &LeaseId) -> bool {
        let call = self.coordinator.give_back(lease);
        match tokio::time::timeout(GIVE_BACK_MAX, call).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::debug!(%lease, %error, "Could not give lease {lease} back; it will run out");
                !error.is_passing()
            }
            Err(_) => false,
        }
    }
}

impl Finished {
    fn samples(&self) -> u64 {
        match self {
            Self::Segment(segment) => segment.samples,
            Self::Audit { audited, .. } => audited.samples,
        }
    }
}

/// Threads of the pool. Where a card and the processor draw side by side, one core is left to feed the card.
fn threads(settings: &WorkerSettings, both: bool) -> usize {
    if settings.threads > 0 || !both {
        return settings.threads;
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (cores - 1).max(1)
}

/// What a work unit left behind.
enum Finished {
    Segment(RenderedSegment),
    Audit { frame: u32, audited: Audited },
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
    devices: &Devices,
    measure: Option<&MeasureFrame>,
    stop: &Stop,
    events: &UnboundedSender<Event>,
) -> Result<Finished, WorkerError> {
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
            render_segment(assignment, devices, measure, stop, &frame_done).map(Finished::Segment)
        }
        Task::Audit { frame } => {
            let audited = audit_frame(assignment, frame, devices, stop)?;
            frame_done(1);
            Ok(Finished::Audit { frame, audited })
        }
    }
}
