//! What the grid remembers: one struct for each table of the store, numbers for names.

use std::collections::{BTreeMap, BTreeSet};

use woolgather_protocol::ProblemKind;
use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::work::ClipKind;

use crate::trust::{ClassStanding, Drawing, DriverClass, Record};

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub u64);
        )*
    };
}

numbers! {
    /// A volunteer's device key.
    DeviceNumber,
    /// A kind of device with its driver.
    ClassNumber,
    /// A sheep, in order of birth.
    SheepNumber,
    /// A clip, in order of planning.
    ClipNumber,
    /// A work unit.
    UnitNumber,
    /// A lease.
    LeaseNumber,
    /// A submission, in order of arrival.
    SubmissionNumber,
    /// An audit.
    AuditNumber,
    /// Stands for a BLAKE3: equal where the bytes are.
    Digest,
}

macro_rules! rows {
    ($($name:ident),* $(,)?) => {
        $(
            impl $name {
                /// Its place in the table.
                pub(super) fn place(self) -> usize {
                    usize::try_from(self.0).expect("as many rows as memory holds")
                }
            }
        )*
    };
}

rows! {
    ClassNumber, SheepNumber, ClipNumber, UnitNumber, LeaseNumber, SubmissionNumber, AuditNumber,
}

/// A device key, with a record for each class it drew with.
#[derive(Debug, Clone)]
pub struct Device {
    /// Whose it is; see [`crate::trust::Party`].
    pub account: u64,
    /// Where it asked from last.
    pub network: u64,
    /// When it asked for work or handed some in last.
    pub last_seen_ms: i64,
    /// What it said it draws with, by kind; and with which of them it is fastest.
    pub(super) drawing: Drawing<ClassNumber>,
    /// What is known of it, by class.
    pub records: BTreeMap<ClassNumber, Record>,
    /// Credit that stands, escrow included.
    pub credit: u64,
    /// Its submissions, oldest first.
    pub submissions: Vec<SubmissionNumber>,
    /// Audits it passed.
    pub(super) passed: Vec<AuditNumber>,
    /// Wrong frames and reports that counted, by class and clip.
    pub(super) counted: BTreeMap<(ClassNumber, ClipNumber, Counted), u32>,
    /// News it was not told yet.
    pub(super) notices: Vec<Notice>,
}

/// What was counted by clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Counted {
    Frames,
    Reports,
}

/// News about a unit or audit of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// The unit.
    pub unit: UnitNumber,
    /// Why it was refused.
    pub problem: ProblemKind,
}

/// A class, with its owners of today.
#[derive(Debug, Clone)]
pub struct Class {
    /// Which.
    pub name: DriverClass,
    /// Where it stands.
    pub standing: ClassStanding,
    /// The day (number since 1970) of the owners.
    pub(super) day: i64,
    /// Owners with audited frames, and whether one was refused.
    pub(super) owners: BTreeMap<(u64, u64), bool>,
    /// Owners with audited frames since the trial began.
    pub(super) trial_owners: BTreeSet<(u64, u64)>,
}

/// Life of a clip, as in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClipState {
    /// Workers render its segments.
    Rendering,
    /// Every segment is accepted; the server joins them.
    Joining,
    /// Published.
    Live,
    /// No longer shown.
    Retired,
}

/// A clip.
#[derive(Debug, Clone)]
pub struct Clip {
    /// Goes up with every repair.
    pub version: u32,
    /// Loop or edge.
    pub kind: ClipKind,
    /// Where it starts.
    pub from: SheepNumber,
    /// Where it ends.
    pub to: SheepNumber,
    /// How far it has come.
    pub state: ClipState,
    /// The units of its version, by segment.
    pub units: Vec<UnitNumber>,
    /// What was published.
    pub file: Option<Digest>,
    /// When it went live, the last time.
    pub published_ms: Option<i64>,
    /// When it was retired.
    pub retired_ms: Option<i64>,
}

/// A sheep.
#[derive(Debug, Clone)]
pub(super) struct Sheep {
    pub(super) state: SheepState,
    /// Its loop, and edges that leave or reach it.
    pub(super) clips: Vec<ClipNumber>,
}

/// Life of a sheep, as far as the grid knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SheepState {
    Rendering,
    Live,
    Retired,
}

/// A work unit.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Its clip.
    pub clip: ClipNumber,
    /// The version of the clip it belongs to; a quarantined one keeps the version it failed in.
    pub clip_version: u32,
    /// Which segment of the clip.
    pub segment: u32,
    /// See [`crate::leases::rank`].
    pub rank: u8,
    /// How far it has come.
    pub state: WorkUnitState,
    /// The submission that is looked at or was accepted.
    pub submission: Option<SubmissionNumber>,
    /// Devices it failed on.
    pub failures: BTreeSet<DeviceNumber>,
    /// Active leases on it.
    pub(super) leases: Vec<LeaseNumber>,
}

/// Life of a lease, as in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseState {
    /// Its device works.
    Active,
    /// Answered.
    Answered,
    /// Given back.
    Returned,
    /// Ran out; may still be answered while nobody was faster.
    Expired,
    /// Somebody else was faster, or nobody needs the work any more.
    Superseded,
    /// What came was refused, at once or by its audit.
    Refused,
}

/// A lease.
#[derive(Debug, Clone)]
pub struct Lease {
    /// Who holds it.
    pub device: DeviceNumber,
    /// On which unit.
    pub unit: UnitNumber,
    /// The audit, if it is one of the unit's frames.
    pub audit: Option<AuditNumber>,
    /// Since when.
    pub leased_ms: i64,
    /// Until when.
    pub expires_ms: i64,
    /// How far it has come.
    pub state: LeaseState,
    pub(super) answer: Option<Digest>,
    pub(super) problem: Option<ProblemKind>,
}

/// Life of a submission: as in the store, and quarantined when it was accepted and found bad later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmissionState {
    /// On disk.
    Received,
    /// Being decoded.
    Checking,
    /// Sound; some of its frames are rendered again.
    Auditing,
    /// Good.
    Accepted,
    /// Found bad before it was accepted.
    Refused,
    /// Found bad after it was accepted.
    Quarantined,
}

/// A submission.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The lease it answers.
    pub lease: LeaseNumber,
    /// For which unit.
    pub unit: UnitNumber,
    /// Who handed it in.
    pub device: DeviceNumber,
    /// What drew it.
    pub class: ClassNumber,
    /// Its segment.
    pub segment: Digest,
    /// Wall clock the worker says it took.
    pub render_ms: u64,
    /// How far it has come.
    pub state: SubmissionState,
    /// Its audits.
    pub audits: Vec<AuditNumber>,
    pub(super) claimed_ms: i64,
}

/// Why a frame is rendered again. The first goes before the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Drawn when the submission's digests were committed; without it no unit is accepted.
    Commit,
    /// The referee's sample of accepted work.
    Sample,
    /// Its worker, its auditor or its class was found bad.
    Again,
}

/// Life of an audit, as in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditState {
    /// Nobody has it.
    Waiting,
    /// An auditor has it.
    Leased,
    /// The frame is right.
    Passed,
    /// The auditor says that it is not; the referee decides.
    Disputed,
    /// The coordinator renders it.
    TakenOver,
    /// The frame is wrong, says the referee.
    Failed,
    /// Nobody needs it any more.
    Dropped,
}

/// An audit.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Of which submission.
    pub submission: SubmissionNumber,
    /// Which frame of the segment, from 0.
    pub frame: u32,
    /// Why.
    pub purpose: Purpose,
    /// Since when.
    pub planned_ms: i64,
    /// How far it has come.
    pub state: AuditState,
    /// Who reported.
    pub auditor: Option<DeviceNumber>,
    /// The referee rendered it.
    pub by_referee: bool,
    pub(super) auditor_class: Option<ClassNumber>,
    pub(super) draw: u64,
    pub(super) leases: Vec<LeaseNumber>,
    pub(super) refused_by: Vec<DeviceNumber>,
}

/// Why a row of the ledger was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerReason {
    /// The unit was accepted.
    Earned,
    /// Its segment was quarantined, or it lay in escrow when its device was found bad.
    Voided,
    /// The escrow of a device whose class was at fault.
    Restored,
}

/// A row of the ledger; rows are only added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerRow {
    /// For which unit.
    pub unit: UnitNumber,
    /// Whose.
    pub device: DeviceNumber,
    /// In thousands of reference samples.
    pub credit: u64,
    /// Why.
    pub reason: LedgerReason,
    /// When.
    pub written_ms: i64,
}

/// What a unit earned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Earning {
    pub(super) device: DeviceNumber,
    pub(super) class: ClassNumber,
    pub(super) credit: u64,
    pub(super) escrow: bool,
    pub(super) voided: bool,
}

/// A background task, as in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// Settle a disagreement.
    Referee {
        /// The audit.
        audit: AuditNumber,
    },
    /// Render an audited frame here.
    SelfAudit {
        /// The audit.
        audit: AuditNumber,
    },
    /// Join a clip's segments and publish it.
    Join {
        /// The clip.
        clip: ClipNumber,
        /// Its version.
        version: u32,
    },
    /// Plan the edges the flock's graph needs.
    Plan,
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JobState {
    Waiting,
    /// `again`: asked for once more meanwhile.
    Running {
        again: bool,
    },
    Done,
}
