//! The whole grid in memory: the reference for what the store must do.
//!
//! Every operation of the store that moves work, trust or credit has its twin here under the same
//! name, with the same outcomes; ids are numbers, a BLAKE3 is a [`Digest`], pictures are what the
//! caller says of them. A simulation runs a fleet over it, and a differential test may run the same
//! operations over it and over a database.
//!
//! ```text
//! work unit    ready → leased → submitted → auditing → accepted → quarantined (found bad later)
//!                ^________|__________|_________|            five failures → quarantined
//! clip         rendering → joining → live → retired
//!                  ^__________|_______|   a segment is quarantined: version + 1
//! submission   received → checking → auditing → accepted → quarantined
//!                             |__________|→ refused
//! audit        waiting → leased → passed | disputed → passed | failed
//!                  |→ taken over → passed | failed          dropped: nobody needs it
//! ```
//!
//! # In reading order
//!
//! * [`rows`]: what is remembered.
//! * `births`: clips are planned, so that work never runs dry.
//! * `leases`, `queue`, `answers`, `submissions`, `checking`, `audits`, `acceptance`: as in the store.
//! * `verdicts`: what follows when the referee found a frame wrong. `repair`: work is done again.
//! * `publishing`, `jobs`, `blobs`.
//! * `invariants`: what must be true after every operation.

mod acceptance;
mod answers;
mod audits;
mod births;
mod blobs;
mod checking;
mod devices;
mod invariants;
mod jobs;
mod leases;
mod publishing;
mod queue;
mod repair;
pub mod rows;
mod submissions;
#[cfg(test)]
mod tests;
mod verdicts;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::WorkUnitState;

pub use answers::EarlierAnswer;
pub use audits::{AuditAnswer, Settlement};
pub use leases::{LeasedWork, WorkForDevice};
pub use rows::*;
use rows::{Earning, JobState, Sheep};
pub use submissions::NewSubmission;

/// What a flock's recipe and its operator decide.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Segments of a loop.
    pub loop_segments: u32,
    /// Segments of an edge.
    pub edge_segments: u32,
    /// Frames of a segment.
    pub segment_frames: u32,
    /// Reference samples of a frame.
    pub frame_samples: u64,
    /// The shortest term of a lease.
    pub term_min: Duration,
    /// How long an audit waits for a volunteer before the coordinator renders it, in milliseconds.
    pub audit_patience_ms: i64,
    /// How long a blob nobody refers to is kept, in milliseconds.
    pub blob_grace_ms: i64,
    /// Living sheep at most; then the oldest retires when one is born.
    pub living_max: usize,
}

impl Settings {
    /// The default flock's: segments of 32 frames, clips of five.
    #[must_use]
    pub fn default_flock() -> Self {
        let recipe = woolgather_protocol::Recipe::default_flock();
        Self {
            loop_segments: recipe.loop_frames / recipe.segment_frames,
            edge_segments: recipe.edge_frames / recipe.segment_frames,
            segment_frames: recipe.segment_frames,
            frame_samples: crate::leases::samples_of(&recipe, 1),
            term_min: Duration::from_secs(300),
            audit_patience_ms: 10 * 60 * 1000,
            blob_grace_ms: 60 * 60 * 1000,
            living_max: 1_000,
        }
    }

    fn unit_samples(&self) -> u64 {
        self.frame_samples
            .saturating_mul(u64::from(self.segment_frames))
    }
}

/// What the grid did so far; the status page's sums.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Leases given out.
    pub leases: u64,
    /// Leases that ran out.
    pub leases_expired: u64,
    /// Submissions taken.
    pub submissions: u64,
    /// Units accepted, those found bad later included.
    pub accepted: u64,
    /// Submissions that the referee refused.
    pub refused: u64,
    /// Submissions that did not pass the structural checks or the decoder.
    pub refused_by_checks: u64,
    /// Accepted segments that were found bad.
    pub quarantined_segments: u64,
    /// Devices found bad.
    pub found_bad: u64,
    /// Classes quarantined.
    pub classes_quarantined: u64,
    /// The manifest's sequence number.
    pub manifest_sequence: u64,
}

/// An operation was refused, as the store refuses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub ProblemKind);

/// The grid.
#[derive(Debug, Clone)]
pub struct Grid {
    settings: Settings,
    sums: Sums,
    /// The last sweep; no active lease is older.
    swept_ms: i64,
    devices: BTreeMap<DeviceNumber, Device>,
    classes: Vec<Class>,
    sheep: Vec<Sheep>,
    clips: Vec<Clip>,
    units: Vec<Unit>,
    leases: Vec<Lease>,
    submissions: Vec<Submission>,
    audits: Vec<Audit>,
    ledger: Vec<LedgerRow>,
    earnings: BTreeMap<UnitNumber, Earning>,
    jobs: BTreeMap<Job, JobState>,
    jobs_waiting: BTreeSet<Job>,
    blobs: BTreeMap<Digest, u32>,
    blobs_waiting: BTreeMap<Digest, i64>,
    // What a database has indexes for.
    ready: BTreeSet<(u8, ClipNumber, u32, UnitNumber)>,
    leased: BTreeSet<(ClipNumber, u32, UnitNumber)>,
    audits_waiting: BTreeSet<(Purpose, i64, AuditNumber)>,
    expiring: BTreeSet<(i64, LeaseNumber)>,
    held: BTreeMap<DeviceNumber, BTreeSet<LeaseNumber>>,
    unchecked: BTreeSet<SubmissionNumber>,
    seen: BTreeSet<(i64, DeviceNumber)>,
    living: BTreeSet<SheepNumber>,
    edges: BTreeSet<(SheepNumber, SheepNumber)>,
    accepted_lately: VecDeque<i64>,
    pool: devices::ActivePool,
}

impl Grid {
    /// A grid without sheep and devices, founded at `now_ms`.
    #[must_use]
    pub fn new(settings: Settings, now_ms: i64) -> Self {
        Self {
            settings,
            sums: Sums::default(),
            swept_ms: now_ms,
            devices: BTreeMap::new(),
            classes: Vec::new(),
            sheep: Vec::new(),
            clips: Vec::new(),
            units: Vec::new(),
            leases: Vec::new(),
            submissions: Vec::new(),
            audits: Vec::new(),
            ledger: Vec::new(),
            earnings: BTreeMap::new(),
            jobs: BTreeMap::new(),
            jobs_waiting: BTreeSet::new(),
            blobs: BTreeMap::new(),
            blobs_waiting: BTreeMap::new(),
            ready: BTreeSet::new(),
            leased: BTreeSet::new(),
            audits_waiting: BTreeSet::new(),
            expiring: BTreeSet::new(),
            held: BTreeMap::new(),
            unchecked: BTreeSet::new(),
            seen: BTreeSet::new(),
            living: BTreeSet::new(),
            edges: BTreeSet::new(),
            accepted_lately: VecDeque::new(),
            pool: devices::ActivePool::default(),
        }
    }

    /// What recipe and operator decided.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What was done so far.
    #[must_use]
    pub fn sums(&self) -> Sums {
        self.sums
    }

    /// A device, if it ever introduced itself.
    #[must_use]
    pub fn device(&self, device: DeviceNumber) -> Option<&Device> {
        self.devices.get(&device)
    }

    /// Every device, in the order of their numbers.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceNumber, &Device)> {
        self.devices.iter().map(|(device, row)| (*device, row))
    }

    /// Every class, in the order in which they came.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// Every clip, in the order of planning.
    #[must_use]
    pub fn clips(&self) -> &[Clip] {
        &self.clips
    }

    /// Every work unit, in the order of planning.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// Every lease, in the order of leasing.
    #[must_use]
    pub fn leases(&self) -> &[Lease] {
        &self.leases
    }

    /// Every submission, in the order of arrival.
    #[must_use]
    pub fn submissions(&self) -> &[Submission] {
        &self.submissions
    }

    /// Every audit, in the order of drawing.
    #[must_use]
    pub fn audits(&self) -> &[Audit] {
        &self.audits
    }

    /// The ledger, oldest row first.
    #[must_use]
    pub fn ledger(&self) -> &[LedgerRow] {
        &self.ledger
    }

    /// Units that wait for a worker.
    #[must_use]
    pub fn units_ready(&self) -> usize {
        self.ready.len()
    }

    /// Audits that wait for an auditor.
    #[must_use]
    pub fn audits_waiting(&self) -> usize {
        self.audits_waiting.len()
    }

    fn unit(&self, unit: UnitNumber) -> &Unit {
        &self.units[unit.place()]
    }

    fn audit(&self, audit: AuditNumber) -> &Audit {
        &self.audits[audit.place()]
    }

    fn submission(&self, submission: SubmissionNumber) -> &Submission {
        &self.submissions[submission.place()]
    }

    /// Moves a unit to a state, and the queues with it.
    fn set_unit(&mut self, unit: UnitNumber, state: WorkUnitState) {
        let row = &mut self.units[unit.place()];
        let in_ready = (row.rank, row.clip, row.segment, unit);
        let in_leased = (row.clip, row.segment, unit);
        match row.state {
            WorkUnitState::Ready => drop(self.ready.remove(&in_ready)),
            WorkUnitState::Leased => drop(self.leased.remove(&in_leased)),
            _ => {}
        }
        row.state = state;
        match state {
            WorkUnitState::Ready => drop(self.ready.insert(in_ready)),
            WorkUnitState::Leased => drop(self.leased.insert(in_leased)),
            _ => {}
        }
    }

    /// Moves an audit to a state, and the queue with it.
    fn set_audit(&mut self, audit: AuditNumber, state: AuditState) {
        let row = &mut self.audits[audit.place()];
        let place = (row.purpose, row.planned_ms, audit);
        if row.state == AuditState::Waiting {
            self.audits_waiting.remove(&place);
        }
        row.state = state;
        if state == AuditState::Waiting {
            self.audits_waiting.insert(place);
        }
    }

    /// Closes a lease in a state, if it is active.
    fn close_lease(&mut self, lease: LeaseNumber, state: LeaseState) {
        let row = &mut self.leases[lease.place()];
        if row.state != LeaseState::Active {
            return;
        }
        row.state = state;
        self.expiring.remove(&(row.expires_ms, lease));
        if let Some(held) = self.held.get_mut(&row.device) {
            held.remove(&lease);
        }
        let leases = match row.audit {
            Some(audit) => &mut self.audits[audit.place()].leases,
            None => &mut self.units[row.unit.place()].leases,
        };
        leases.retain(|other| *other != lease);
    }
}
