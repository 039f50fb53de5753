//! Small grids in every order of events: answers before leases, twice, by strangers and years
//! late; verdicts nobody asked for; restarts in between. After each event every invariant is looked
//! at, and in the end honest volunteers must be able to finish everything.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use woolgather_coordinator_core::grid::{
    AuditAnswer, AuditNumber, ClipNumber, ClipState, DeviceNumber, Digest, Grid, Job, LeaseNumber,
    LedgerRow, NewSubmission, Settings, Settlement, SubmissionNumber, Sums, UnitNumber,
};
use woolgather_coordinator_core::random::{below, unit};
use woolgather_protocol::ProblemKind;
use woolgather_protocol::work::{DeviceKind, DrawingDevice, LeaseRequest};

/// Events of one small grid.
pub const STEPS: u32 = 300;

/// Devices of a small grid.
const DEVICES: u64 = 16;

/// In one of so many small grids everybody draws with the same card, and nothing it draws is right.
const BROKEN_ONE_OF: u64 = 8;

/// Rounds in which honest volunteers must have finished everything.
const ROUNDS_MAX: u32 = 400;

/// A run in which something was not as it must be: our bug. [`run`] with the seed repeats it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Repeats it.
    pub rng_seed: u64,
    /// After how many events.
    pub step: u32,
    /// What was wrong.
    pub what: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            rng_seed,
            step,
            what,
        } = self;
        write!(f, "rng_seed {rng_seed}, event {step}: {what}")
    }
}

/// Runs one small grid. `told` hears what happens, for whoever looks for a failure.
///
/// # Errors
///
/// [`Failure`]: our bug.
pub fn run(rng_seed: u64, told: &mut dyn FnMut(&str)) -> Result<Sums, Failure> {
    let mut chaos = Chaos::new(rng_seed);
    let mut ledger: Vec<LedgerRow> = Vec::new();
    for step in 0..STEPS {
        let what = chaos.step();
        told(&format!("{step}: {what}"));
        let failed = |what| Failure {
            rng_seed,
            step,
            what,
        };
        chaos.grid.invariants().map_err(failed)?;
        if !chaos.grid.ledger().starts_with(&ledger) {
            return Err(failed("a row of the ledger was changed".into()));
        }
        ledger.extend_from_slice(&chaos.grid.ledger()[ledger.len()..]);
    }
    let failed = |what| Failure {
        rng_seed,
        step: STEPS,
        what,
    };
    chaos.finish().map_err(failed)?;
    Ok(chaos.grid.sums())
}

struct Chaos {
    grid: Grid,
    rng: ChaCha8Rng,
    now_ms: i64,
    claimed: Vec<Job>,
    /// Everybody draws with the same card, and nothing it draws is right.
    broken: bool,
}

impl Chaos {
    fn new(rng_seed: u64) -> Self {
        let settings = Settings {
            loop_segments: 2,
            edge_segments: 2,
            segment_frames: 4,
            frame_samples: 1_000_000,
            term_min: Duration::from_secs(300),
            audit_patience_ms: 60_000,
            blob_grace_ms: 600_000,
            living_max: 3,
        };
        let mut grid = Grid::new(settings, 0);
        grid.bear();
        for device in 0..DEVICES {
            grid.register_device(DeviceNumber(device), device / 2, device / 3);
        }
        Self {
            grid,
            rng: ChaCha8Rng::seed_from_u64(rng_seed),
            now_ms: 0,
            claimed: Vec::new(),
            broken: rng_seed.is_multiple_of(BROKEN_ONE_OF),
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        below(&mut self.rng, bound)
    }

    fn chance(&mut self, probability: f64) -> bool {
        unit(&mut self.rng) < probability
    }

    /// One of `count` rows, mostly one of the last; `None` when there are none.
    fn row(&mut self, count: usize) -> Option<u64> {
        if count == 0 {
            return None;
        }
        let lately = if self.chance(0.8) {
            count.min(12)
        } else {
            count
        };
        Some((count - 1 - self.below(lately)) as u64)
    }

    /// Something happens; says what.
    fn step(&mut self) -> String {
        match self.below(20) {
            0..=3 => self.lease(),
            4..=7 => self.submit(),
            8..=10 => self.report(),
            11 => self.check(),
            12 => self.settle(),
            13 | 14 => self.job(),
            15 => self.pass_time(),
            16 => self.give_back(),
            17 => self.refuse(),
            18 => self.look_after(),
            _ => self.operate(),
        }
    }

    fn lease(&mut self) -> String {
        let device = DeviceNumber(self.below(DEVICES as usize) as u64);
        let mut devices = Vec::new();
        if self.broken || self.chance(0.4) {
            devices.push(DrawingDevice {
                kind: DeviceKind::Gpu,
                name: format!("card {}", if self.broken { 0 } else { self.below(2) }),
                samples_per_second: 1e6,
            });
        }
        let request = LeaseRequest {
            seconds_wanted: 60,
            samples_per_second: 1e6,
            units_max: self.below(6) as u32,
            devices,
        };
        let answer = self.grid.lease_work(device, &request, self.now_ms);
        format!("{device:?} asks and gets {:?}", answer.leases)
    }

    /// A lease, and a device that mostly holds it.
    fn lease_and_device(&mut self) -> Option<(LeaseNumber, DeviceNumber)> {
        let lease = self.row(self.grid.leases().len())?;
        let holder = self.grid.leases()[lease as usize].device;
        let stranger = DeviceNumber(self.below(DEVICES as usize) as u64);
        let device = if self.chance(0.95) { holder } else { stranger };
        Some((LeaseNumber(lease), device))
    }

    fn submit(&mut self) -> String {
        let Some((lease, device)) = self.lease_and_device() else {
            return "nobody has a lease".into();
        };
        let new = NewSubmission {
            lease,
            device,
            // Few, so that different devices hand in the same bytes.
            segment: Digest(self.below(40) as u64),
            frames: if self.chance(0.97) { 4 } else { 5 },
            render_ms: self.below(100_000) as u64,
            drawn_by: if self.broken || self.chance(0.3) {
                DeviceKind::Gpu
            } else {
                DeviceKind::Cpu
            },
        };
        let first = self.grid.record_submission(&new, self.now_ms);
        if first.is_ok() {
            let before = (self.grid.sums(), self.grid.ledger().len());
            let again = self.grid.record_submission(&new, self.now_ms);
            assert!(again.is_ok_and(|receipt| receipt.duplicate), "{new:?}");
            assert_eq!(before, (self.grid.sums(), self.grid.ledger().len()));
        }
        format!("{new:?} is handed in: {first:?}")
    }

    fn report(&mut self) -> String {
        let Some((lease, device)) = self.lease_and_device() else {
            return "nobody has a lease".into();
        };
        let answer = AuditAnswer {
            lease,
            device,
            frame: Digest(self.below(3) as u64),
            agrees: self.chance(0.8),
        };
        let first = self.grid.record_audit(&answer, self.now_ms, &mut self.rng);
        if first.is_ok() {
            let before = (self.grid.sums(), self.grid.ledger().len());
            let again = self.grid.record_audit(&answer, self.now_ms, &mut self.rng);
            assert!(again.is_ok_and(|receipt| receipt.duplicate), "{answer:?}");
            assert_eq!(before, (self.grid.sums(), self.grid.ledger().len()));
        }
        format!("{answer:?}: {first:?}")
    }

    fn check(&mut self) -> String {
        let most = self.below(4);
        let claimed = self.grid.claim_checks(most, 30_000, self.now_ms);
        let mut checked = claimed.clone();
        // And one that nobody claimed.
        checked.extend(
            self.row(self.grid.submissions().len())
                .map(SubmissionNumber),
        );
        for submission in &checked {
            match self.below(10) {
                0..=6 => {
                    let suspicious = if self.chance(0.3) {
                        vec![1, 9]
                    } else {
                        Vec::new()
                    };
                    let rng = &mut self.rng;
                    self.grid
                        .record_check(*submission, &suspicious, self.now_ms, rng);
                }
                7 => {
                    let problem = ProblemKind::UndecodableSegment;
                    self.grid.refuse_check(*submission, problem, self.now_ms);
                }
                _ => {}
            }
        }
        format!("{checked:?} are checked")
    }

    /// A verdict on any audit, whether anybody asked for it or not.
    fn settle(&mut self) -> String {
        let Some(audit) = self.row(self.grid.audits().len()).map(AuditNumber) else {
            return "there is no audit".into();
        };
        let settlement = Settlement {
            submitter_good: !self.broken && self.chance(0.6),
            auditor_good: self.chance(0.5).then(|| unit(&mut self.rng) < 0.5),
            further_wrong: self.below(4) as u32,
            further_right: 0,
        };
        self.grid
            .settle_audit(audit, settlement, self.now_ms, &mut self.rng);
        format!("{audit:?} is settled: {settlement:?}")
    }

    fn job(&mut self) -> String {
        if let Some(job) = self.grid.claim_job(|_| true) {
            self.claimed.push(job);
        }
        let Some(place) = self.row(self.claimed.len()) else {
            return "there is no job".into();
        };
        let job = self.claimed.swap_remove(place as usize);
        if self.chance(0.2) {
            self.grid.release_job(job);
            return format!("{job:?} fails");
        }
        let good = !self.broken && self.chance(0.7);
        self.perform(job, good);
        format!("{job:?} is done, good: {good}")
    }

    fn perform(&mut self, job: Job, good: bool) {
        match job {
            Job::Referee { audit } | Job::SelfAudit { audit } => {
                let asked = matches!(job, Job::Referee { .. });
                let settlement = Settlement {
                    submitter_good: good,
                    auditor_good: asked.then_some(!good),
                    further_wrong: if good { 0 } else { 3 },
                    further_right: 0,
                };
                self.grid
                    .settle_audit(audit, settlement, self.now_ms, &mut self.rng);
            }
            Job::Join { clip, version } => {
                let file = Digest(1_000 + clip.0 * 1_000 + u64::from(version));
                // A clip that was repaired meanwhile is another job's.
                let _ = self.grid.publish_clip(clip, version, file, self.now_ms);
            }
            Job::Plan => drop(self.grid.plan_edges()),
        }
        self.grid.finish_job(job);
    }

    fn pass_time(&mut self) -> String {
        let seconds = match self.below(20) {
            0 => 26 * 3600,
            1..=4 => 700,
            _ => self.below(90) as i64,
        };
        self.now_ms += seconds * 1000;
        format!("{seconds} s pass")
    }

    fn give_back(&mut self) -> String {
        let Some((lease, device)) = self.lease_and_device() else {
            return "nobody has a lease".into();
        };
        let outcome = self.grid.give_back(lease, device);
        format!("{device:?} gives {lease:?} back: {outcome:?}")
    }

    fn refuse(&mut self) -> String {
        let Some((lease, device)) = self.lease_and_device() else {
            return "nobody has a lease".into();
        };
        let problem = ProblemKind::UnreadableSegment;
        let outcome = self
            .grid
            .record_refusal(lease, device, problem, self.now_ms);
        format!("what came for {lease:?} is refused: {outcome:?}")
    }

    fn look_after(&mut self) -> String {
        let swept = self.grid.sweep(self.now_ms);
        let taken = self.grid.plan_self_audits(self.now_ms);
        let planned = self.grid.plan_if_dry(self.now_ms);
        let collected = self.grid.collect_blobs(self.now_ms);
        format!("swept {swept}, took over {taken}, planned {planned}, collected {collected}")
    }

    fn operate(&mut self) -> String {
        match self.below(4) {
            0 => {
                self.grid.restart();
                "the coordinator starts again".into()
            }
            1 => {
                let Some(submission) = self.row(self.grid.submissions().len()) else {
                    return "there is no submission".into();
                };
                let submission = SubmissionNumber(submission);
                self.grid.quarantine_segment(submission, self.now_ms);
                format!("{submission:?} is quarantined")
            }
            2 => {
                let Some(unit) = self.row(self.grid.units().len()) else {
                    return "there is no unit".into();
                };
                let requeued = self.grid.requeue_unit(UnitNumber(unit));
                format!("unit {unit} is requeued: {requeued}")
            }
            _ => {
                let Some(clip) = self.row(self.grid.clips().len()) else {
                    return "there is no clip".into();
                };
                let version = 1 + self.below(3) as u32;
                let file = Digest(1_000 + clip * 1_000 + u64::from(version));
                let clip = ClipNumber(clip);
                let outcome = self.grid.publish_clip(clip, version, file, self.now_ms);
                format!("somebody publishes {clip:?} {version}: {outcome:?}")
            }
        }
    }

    /// Honest volunteers come, and everything is finished.
    fn finish(&mut self) -> Result<(), String> {
        self.now_ms += 40 * 24 * 3600 * 1000;
        self.grid.restart();
        for unit in 0..self.grid.units().len() as u64 {
            self.grid.requeue_unit(UnitNumber(unit));
        }
        for round in 0..ROUNDS_MAX {
            self.now_ms += 20_000;
            for device in 0..6 {
                self.work_honestly(DeviceNumber(1_000 + device));
            }
            for submission in self.grid.claim_checks(64, 0, self.now_ms) {
                self.grid
                    .record_check(submission, &[], self.now_ms, &mut self.rng);
            }
            self.grid.plan_self_audits(self.now_ms);
            while let Some(job) = self.grid.claim_job(|_| true) {
                self.perform(job, true);
            }
            self.grid
                .invariants()
                .map_err(|what| format!("finishing, round {round}: {what}"))?;
            let finished = |state| matches!(state, ClipState::Live | ClipState::Retired);
            let all_finished = self.grid.clips().iter().all(|clip| finished(clip.state));
            if all_finished && self.grid.audits_waiting() == 0 {
                return Ok(());
            }
        }
        let clips = self.grid.clips().iter().enumerate();
        let stuck: Vec<usize> = clips
            .filter(|(_, clip)| matches!(clip.state, ClipState::Rendering | ClipState::Joining))
            .map(|(number, _)| number)
            .collect();
        let waiting = self.grid.audits_waiting();
        Err(format!("clips {stuck:?} are stuck, {waiting} audits wait"))
    }

    fn work_honestly(&mut self, device: DeviceNumber) {
        self.grid.register_device(device, device.0, device.0);
        let request = LeaseRequest {
            seconds_wanted: 1_000,
            samples_per_second: 1e6,
            units_max: 8,
            devices: Vec::new(),
        };
        let answer = self.grid.lease_work(device, &request, self.now_ms);
        for work in answer.leases {
            // Somebody of the same batch may have been faster; then nothing is to be done.
            match work.audit {
                Some(_) => {
                    let answer = AuditAnswer {
                        lease: work.lease,
                        device,
                        frame: Digest(0),
                        agrees: true,
                    };
                    let _ = self.grid.record_audit(&answer, self.now_ms, &mut self.rng);
                }
                None => {
                    let new = NewSubmission {
                        lease: work.lease,
                        device,
                        segment: Digest(100 + work.unit.0),
                        frames: 4,
                        render_ms: 1_000,
                        drawn_by: DeviceKind::Cpu,
                    };
                    let _ = self.grid.record_submission(&new, self.now_ms);
                }
            }
        }
    }
}
