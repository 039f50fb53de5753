//! Audits: one frame of a submission, rendered again by somebody else.

use std::time::Duration;

use woolgather_coordinator_core::audits::SLOW_AUDIT_PATIENCES;
use woolgather_coordinator_core::leases::samples_of;
use woolgather_coordinator_core::trust::{AuditorRule, Record};
use woolgather_protocol::submission::{Receipt, WorkUnitState};
use woolgather_protocol::work::{DeviceKind, WorkUnit};
use woolgather_protocol::{Blake3, LeaseId, PublicKey, WorkUnitId};

use super::acceptance::accept_if_audited;
use super::answers::{Answers, FoundLease, find_lease, may_answer, superseded, unit_state};
use super::auditors::{WaitingAudit, rule_for, waiting_audits};
use super::classes::PROCESSORS;
use super::database::{Database, Row, query};
use super::devices::{active_devices, touch};
use super::flock::recipe;
use super::jobs::enqueue;
use super::records::{change_record, said_by};
use super::rows::{maybe_parsed, number, parsed, stored};
use super::verdicts::{VerdictPictures, frame_was_right, frame_was_wrong, judge_report};
use super::work::load_work;
use super::writer::Tx;
use super::{FrameMeans, Job, Store, StoreError};

/// Why a frame is rendered again, as it is stored. The first goes before the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Drawn when the submission's digests were committed; without it no unit is accepted.
    Commit = 0,
    /// The referee's sample of accepted work.
    Sample = 1,
    /// Its worker, its auditor or its class was found bad.
    Again = 2,
}

/// The coordinator takes no audits over while it has so many frames to render: what it takes from
/// volunteers and cannot do in time waits longer than before, and disputes with it.
const SELF_AUDITS_MAX: u64 = 64;

/// With fewer active devices than this nobody else can audit, so the coordinator does.
const DEVICES_TO_AUDIT: u64 = 2;

/// What an audited frame is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEvidence {
    /// The audit's name.
    pub audit: WorkUnitId,
    /// What to render, `task` being the audit with its frame.
    pub work: WorkUnit,
    /// The digest of the frame's pixels the submitter committed to.
    pub frame: Blake3,
    /// What drew that frame.
    pub drawn_by: DeviceKind,
    /// Means of the frame as decoded from the submitted segment; `None` where that has to be
    /// decoded for it.
    pub decoded: Option<FrameMeans>,
    /// The digests of all the segment's frames, as the submitter committed to them.
    pub frames: Vec<Blake3>,
    /// BLAKE3 of the segment: its name in the blob folder.
    pub segment: Blake3,
    /// Who handed the segment in.
    pub submitter: PublicKey,
    /// What the auditor that disagreed reported and drew it with; only while the referee decides.
    pub disputed: Option<(Blake3, DeviceKind)>,
    /// Nobody needs this audit any more (settled, or its submission was refused): do nothing.
    pub settled: bool,
}

/// An auditor's report, compared already.
#[derive(Debug, Clone)]
pub struct AuditAnswer {
    /// The lease it answers.
    pub lease: LeaseId,
    /// Who reports.
    pub device: PublicKey,
    /// Digest of the frame the auditor rendered.
    pub frame: Blake3,
    /// What drew it.
    pub drawn_by: DeviceKind,
    /// Wall clock the auditor says it took.
    pub render_ms: u64,
    /// The digests are equal where processors drew both, *and* the decoded means show the audited picture.
    pub agrees: bool,
}

/// What the coordinator's own rendering says of an audited frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// The submitted frame is the right picture.
    pub submitter_good: bool,
    /// The auditor's frame is the right one; `None` when no auditor took part.
    pub auditor_good: Option<bool>,
    /// Where it is not: how many other frames of the segment were looked at and are wrong too.
    pub further_wrong: u32,
    /// And how many of them are right.
    pub further_right: u32,
    /// Where it is not: what both look like.
    pub pictures: Option<VerdictPictures>,
}

impl Store {
    /// What to compare the report for this lease with.
    ///
    /// # Errors
    ///
    /// As [`Store::lease_for_audit`].
    pub async fn audit_evidence(
        &self,
        lease: &LeaseId,
        device: PublicKey,
    ) -> Result<AuditEvidence, StoreError> {
        let lease = lease.clone();
        self.read(move |conn| {
            let found = find_lease(conn, &lease, device)?;
            may_answer(&found, Answers::Audit)?;
            evidence(conn, audit_of(&found)?)
        })
        .await
    }

    /// The same for the coordinator's own rendering (jobs `SelfAudit` and `Referee`).
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn audit(&self, audit: &WorkUnitId) -> Result<AuditEvidence, StoreError> {
        let audit = audit.clone();
        self.read(move |conn| evidence(conn, &audit)).await
    }

    /// Takes an audit report. When it agrees the audit has passed, and with the last audit the
    /// unit is accepted, credited and perhaps its clip sent to joining, all in one transaction;
    /// when it does not, the job `Referee` is planned.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] as [`Store::lease_for_audit`].
    pub async fn record_audit(&self, answer: AuditAnswer) -> Result<Receipt, StoreError> {
        self.write(move |tx| record_audit(tx, &answer)).await
    }

    /// Settles an audit by the coordinator's own rendering: passes it, or refuses the submission
    /// (its device gets a notice, the unit is ready again; was it accepted already, its segment is
    /// quarantined and a clip that has it withdrawn); an auditor that was wrong is counted and told.
    /// What follows for its device, its auditors and its class happens at once. Settling a settled
    /// audit changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn settle_audit(
        &self,
        audit: WorkUnitId,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        self.write(move |tx| settle(tx, &audit, settlement)).await
    }

    /// Plans a job `SelfAudit` for audits nobody else will do soon: while fewer than two devices
    /// were active in the last two minutes or nobody may audit the submitter, and when one waited
    /// longer than `patience`. Accepted work that is audited again waits for volunteers as long as
    /// there are any who may. None is planned while the coordinator is behind with such jobs.
    /// Returns how many were planned.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn plan_self_audits(&self, patience: Duration) -> Result<u64, StoreError> {
        self.write(move |tx| plan_self_audits(tx, patience)).await
    }
}

fn audit_of(lease: &FoundLease) -> Result<&WorkUnitId, StoreError> {
    let none = || StoreError::Corrupt("an audit's lease without an audit".into());
    lease.audit.as_ref().ok_or_else(none)
}

fn find_audit(conn: &mut dyn Database, audit: &WorkUnitId) -> Result<Row, StoreError> {
    query(
        "SELECT audit.work_unit, audit.submission, audit.submitter, audit.frame, audit.digest,
                audit.decoded, audit.state, audit.auditor, audit.auditor_frame, audit.drawn_by,
                audit.auditor_drawn_by, audit.auditor_class, audit.purpose, submission.segment,
                submission.frames
         FROM audit JOIN submission ON submission.number = audit.submission
         WHERE audit.id = $1",
    )
    .bind(audit.as_str())
    .fetch_optional(conn)?
    .ok_or_else(|| StoreError::not_found("audit", audit))
}

fn evidence(conn: &mut dyn Database, audit: &WorkUnitId) -> Result<AuditEvidence, StoreError> {
    let row = find_audit(conn, audit)?;
    let state: &str = row.try_get("state")?;
    let disputed = match state {
        "disputed" => maybe_parsed(&row, "auditor_frame")?,
        _ => None,
    };
    let disputed = match disputed {
        Some(frame) => Some((frame, parsed(&row, "auditor_drawn_by")?)),
        None => None,
    };
    Ok(AuditEvidence {
        work: load_work(conn, &parsed(&row, "work_unit")?, Some(audit))?,
        frame: parsed(&row, "digest")?,
        drawn_by: parsed(&row, "drawn_by")?,
        decoded: match row.try_get::<&[u8]>("decoded")? {
            [] => None,
            decoded => Some(FrameMeans::from_bytes(decoded)?),
        },
        frames: row
            .try_get::<&[u8]>("frames")?
            .as_chunks()
            .0
            .iter()
            .copied()
            .map(Blake3)
            .collect(),
        segment: parsed(&row, "segment")?,
        submitter: parsed(&row, "submitter")?,
        disputed,
        settled: is_settled(state),
        audit: audit.clone(),
    })
}

fn is_settled(state: &str) -> bool {
    matches!(state, "passed" | "failed" | "dropped")
}

fn record_audit(tx: &mut Tx<'_>, answer: &AuditAnswer) -> Result<Receipt, StoreError> {
    let lease = find_lease(tx.conn, &answer.lease, answer.device)?;
    if let Some(earlier) = may_answer(&lease, Answers::Audit)? {
        if earlier.digest != answer.frame {
            return Err(superseded());
        }
        return Ok(Receipt {
            duplicate: true,
            state: earlier.state,
        });
    }
    let audit = audit_of(&lease)?;
    touch(tx, answer.device)?;
    query("UPDATE lease SET state = 'answered', answer = $2 WHERE id = $1")
        .bind(answer.lease.as_str())
        .bind(answer.frame.to_string())
        .execute(&mut *tx.conn)?;
    supersede_leases(tx, audit)?;
    let class = said_by(tx.conn, answer.device)?
        .drawing
        .class_of(answer.drawn_by);
    let row = query(
        "UPDATE audit SET state = $2, auditor = $3, auditor_frame = $4, render_ms = $5,
                auditor_drawn_by = $6, auditor_class = $7
         WHERE id = $1 RETURNING submission, work_unit, purpose",
    )
    .bind(audit.as_str())
    .bind(if answer.agrees { "passed" } else { "disputed" })
    .bind(answer.device.to_string())
    .bind(answer.frame.to_string())
    .bind(stored(answer.render_ms))
    .bind(answer.drawn_by.as_str())
    .bind(class)
    .fetch_one(&mut *tx.conn)?;
    tx.conn.memo().auditing.audits_changed = true;
    let state = if answer.agrees {
        change_record(tx, answer.device, class, Record::report_was_right)?;
        passed(tx, row.try_get("submission")?, row.try_get("purpose")?)?
    } else {
        let audit = audit.clone();
        enqueue(tx, &Job::Referee { audit })?;
        unit_state(tx.conn, &parsed(&row, "work_unit")?)?
    };
    Ok(Receipt {
        duplicate: false,
        state,
    })
}

fn supersede_leases(tx: &mut Tx<'_>, audit: &WorkUnitId) -> Result<(), StoreError> {
    query("UPDATE lease SET state = 'superseded' WHERE audit = $1 AND state = 'active'")
        .bind(audit.as_str())
        .execute(&mut *tx.conn)?;
    Ok(())
}

fn settle(tx: &mut Tx<'_>, audit: &WorkUnitId, settlement: Settlement) -> Result<(), StoreError> {
    let row = find_audit(tx.conn, audit)?;
    if is_settled(row.try_get("state")?) {
        return Ok(());
    }
    supersede_leases(tx, audit)?;
    tx.conn.memo().auditing.audits_changed = true;
    query("UPDATE audit SET state = $2, by_referee = 1 WHERE id = $1")
        .bind(audit.as_str())
        .bind(if settlement.submitter_good {
            "passed"
        } else {
            "failed"
        })
        .execute(&mut *tx.conn)?;
    let submission = row.try_get("submission")?;
    let auditor = match maybe_parsed(&row, "auditor")? {
        Some(auditor) => {
            let class: Option<i64> = row.try_get("auditor_class")?;
            Some((auditor, class.unwrap_or(PROCESSORS)))
        }
        None => None,
    };
    if let (Some(good), Some(auditor)) = (settlement.auditor_good, auditor) {
        judge_report(tx, audit, submission, auditor, good)?;
    }
    if settlement.submitter_good {
        passed(tx, submission, row.try_get("purpose")?).map(drop)
    } else {
        let frame: i64 = row.try_get("frame")?;
        frame_was_wrong(tx, submission, (audit, frame), settlement)
    }
}

/// The frame is right. Returns the unit's state.
fn passed(tx: &mut Tx<'_>, submission: i64, purpose: i64) -> Result<WorkUnitState, StoreError> {
    // What a device did right before it was doubted speaks for nobody: a sleeper would be cleared
    // by the very units that it slept through.
    if purpose != Purpose::Again as i64 {
        frame_was_right(tx, submission)?;
    }
    accept_if_audited(tx, submission)
}

/// What of a submission an audit of it is made from.
pub(super) struct Audited {
    submission: i64,
    work_unit: String,
    submitter: String,
    drawn_by: String,
    digests: Vec<u8>,
    first_frame: u32,
    pub(super) frame_count: u32,
}

impl Audited {
    pub(super) fn load(conn: &mut dyn Database, submission: i64) -> Result<Self, StoreError> {
        let row = query(
            "SELECT submission.work_unit, submission.device, submission.frames,
                    submission.drawn_by, work_unit.first_frame, work_unit.frame_count
             FROM submission JOIN work_unit ON work_unit.id = submission.work_unit
             WHERE submission.number = $1",
        )
        .bind(submission)
        .fetch_one(conn)?;
        Ok(Self {
            submission,
            work_unit: row.try_get("work_unit")?,
            submitter: row.try_get("device")?,
            drawn_by: row.try_get("drawn_by")?,
            digests: row.try_get::<&[u8]>("frames")?.to_vec(),
            first_frame: number(&row, "first_frame")?,
            frame_count: number(&row, "frame_count")?,
        })
    }
}

/// Plans that a frame (within the segment, from 0) is rendered again. Without its `decoded` means
/// the segment is decoded once more when somebody has rendered it.
pub(super) fn plan_audit(
    tx: &mut Tx<'_>,
    of: &Audited,
    frame: u32,
    purpose: Purpose,
    decoded: Option<&FrameMeans>,
) -> Result<WorkUnitId, StoreError> {
    let id = WorkUnitId::from_random(tx.random());
    let (digests, _) = of.digests.as_chunks::<32>();
    let digest = digests.get(frame as usize).ok_or_else(|| {
        StoreError::Corrupt(format!("no digest of frame {frame} in a submission"))
    })?;
    let samples = samples_of(&*recipe(tx.conn)?, 1);
    query(
        "INSERT INTO audit (id, submission, work_unit, submitter, frame, digest, decoded, samples,
                            planned_ms, drawn_by, purpose, draw, state, number)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'waiting',
                 (SELECT COALESCE(MAX(number), 0) + 1 FROM audit))",
    )
    .bind(id.as_str())
    .bind(of.submission)
    .bind(&of.work_unit)
    .bind(&of.submitter)
    .bind(i64::from(of.first_frame + frame))
    .bind(Blake3(*digest).to_string())
    .bind(decoded.map(FrameMeans::to_bytes).unwrap_or_default())
    .bind(stored(samples))
    .bind(tx.now_ms)
    .bind(&of.drawn_by)
    .bind(purpose as i64)
    .bind(i64::from_le_bytes(tx.random()))
    .execute(&mut *tx.conn)?;
    tx.conn.memo().auditing.audits_changed = true;
    Ok(id)
}

/// The coordinator renders the frame itself.
pub(super) fn take_over(tx: &mut Tx<'_>, audit: &WorkUnitId) -> Result<bool, StoreError> {
    let taken = query(
        "UPDATE audit SET state = 'taken_over' WHERE id = $1 AND state IN ('waiting', 'leased')",
    )
    .bind(audit.as_str())
    .execute(&mut *tx.conn)?;
    if taken == 0 {
        return Ok(false);
    }
    tx.conn.memo().auditing.audits_changed = true;
    let audit = audit.clone();
    enqueue(tx, &Job::SelfAudit { audit })?;
    Ok(true)
}

fn plan_self_audits(tx: &mut Tx<'_>, patience: Duration) -> Result<u64, StoreError> {
    let alone = active_devices(tx.conn, tx.now_ms)? < DEVICES_TO_AUDIT;
    let patience_ms = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
    let since_ms = tx.now_ms.saturating_sub(patience_ms);
    let room = SELF_AUDITS_MAX.saturating_sub(pictures_to_draw(tx.conn)?);
    let mut taken = 0;
    for audit in waiting_audits(tx.conn, tx.now_ms)? {
        if taken == room {
            return Ok(taken);
        }
        let waited = !audit.again && audit.planned_ms <= since_ms;
        if alone || waited || nobody_may(tx, &audit)? {
            taken += u64::from(take_over(tx, &audit.id)?);
        }
    }
    for audit in slow_audits(tx, patience_ms, room - taken)? {
        taken += u64::from(take_over(tx, &audit)?);
    }
    Ok(taken)
}

fn nobody_may(tx: &mut Tx<'_>, audit: &WaitingAudit) -> Result<bool, StoreError> {
    let (rule, _) = rule_for(tx.conn, audit.submitter, tx.now_ms)?;
    Ok(rule == AuditorRule::Referee)
}

/// Frames that the coordinator has to render.
fn pictures_to_draw(conn: &mut dyn Database) -> Result<u64, StoreError> {
    let row = query(
        "SELECT COUNT(*) AS pictures FROM job
         WHERE state = 'waiting' AND (key LIKE 'referee:%' OR key LIKE 'self-audit:%')",
    )
    .fetch_one(conn)?;
    number(&row, "pictures")
}

/// Audits whose auditors are slow (`is_slow_audit` of the core says when), longer than the patience after
/// they were planned.
fn slow_audits(
    tx: &mut Tx<'_>,
    patience_ms: i64,
    limit: u64,
) -> Result<Vec<WorkUnitId>, StoreError> {
    let rows = query(
        "SELECT id FROM audit
         WHERE state = 'leased' AND planned_ms <= $6 AND purpose <> $4
           AND NOT EXISTS (SELECT 1 FROM lease
                           WHERE lease.audit = audit.id AND lease.state = 'active'
                             AND $1 - lease.leased_ms <
                                 CASE WHEN (lease.expires_ms - lease.leased_ms) / 3 < $2 THEN $2
                                      WHEN (lease.expires_ms - lease.leased_ms) / 3 > $3 THEN $3
                                      ELSE (lease.expires_ms - lease.leased_ms) / 3 END)
         ORDER BY planned_ms, number LIMIT $5",
    )
    .bind(tx.now_ms)
    .bind(patience_ms)
    .bind(patience_ms.saturating_mul(SLOW_AUDIT_PATIENCES))
    .bind(Purpose::Again as i64)
    .bind(stored(limit))
    .bind(tx.now_ms.saturating_sub(patience_ms))
    .fetch_all(&mut *tx.conn)?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}
