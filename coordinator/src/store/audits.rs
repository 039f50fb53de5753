//! Audits: one frame of a submission, rendered again by somebody else.

use std::time::Duration;

use woolgather_protocol::submission::{Receipt, WorkUnitState};
use woolgather_protocol::work::{DeviceKind, WorkUnit};
use woolgather_protocol::{Blake3, LeaseId, Problem, ProblemKind, PublicKey, WorkUnitId};

use super::acceptance::{accept_if_audited, refuse_submission};
use super::answers::{Answers, FoundLease, find_lease, may_answer, superseded};
use super::database::{Database, Row, query};
use super::devices::{active_devices, notify, touch};
use super::jobs::enqueue;
use super::rows::{maybe_parsed, parsed, stored};
use super::work::load_work;
use super::writer::Tx;
use super::{FrameMeans, Job, Store, StoreError};

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
    /// Means of the frame as decoded from the submitted segment.
    pub decoded: FrameMeans,
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
    /// (its device gets a notice, the unit is ready again); an auditor that was wrong is counted
    /// and told. Settling a settled audit changes nothing.
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

    /// Plans a job `SelfAudit` for every audit nobody else will do soon: while fewer than two
    /// devices were active in the last two minutes, or when it waited longer than `patience`.
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
                audit.auditor_drawn_by, submission.segment
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
        decoded: FrameMeans::from_bytes(row.try_get("decoded")?)?,
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
    let row = query(
        "UPDATE audit SET state = $2, auditor = $3, auditor_frame = $4, render_ms = $5,
                auditor_drawn_by = $6
         WHERE id = $1 RETURNING submission",
    )
    .bind(audit.as_str())
    .bind(if answer.agrees { "passed" } else { "disputed" })
    .bind(answer.device.to_string())
    .bind(answer.frame.to_string())
    .bind(stored(answer.render_ms))
    .bind(answer.drawn_by.as_str())
    .fetch_one(&mut *tx.conn)?;
    let state = if answer.agrees {
        accept_if_audited(tx, row.try_get("submission")?)?
    } else {
        let audit = audit.clone();
        enqueue(tx, &Job::Referee { audit })?;
        WorkUnitState::Auditing
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
    if let (Some(false), Some(auditor)) = (settlement.auditor_good, maybe_parsed(&row, "auditor")?)
    {
        fault_auditor(tx, audit, auditor)?;
    }
    query("UPDATE audit SET state = $2 WHERE id = $1")
        .bind(audit.as_str())
        .bind(if settlement.submitter_good {
            "passed"
        } else {
            "failed"
        })
        .execute(&mut *tx.conn)?;
    let submission = row.try_get("submission")?;
    if settlement.submitter_good {
        accept_if_audited(tx, submission).map(drop)
    } else {
        let frame: i64 = row.try_get("frame")?;
        let detail = format!("Frame {frame}, rendered again here, is another picture.");
        let problem = Problem::new(ProblemKind::AuditMismatch, detail);
        refuse_submission(tx, submission, &problem)
    }
}

/// The auditor's frame was the wrong one: counted and told, not punished.
fn fault_auditor(
    tx: &mut Tx<'_>,
    audit: &WorkUnitId,
    auditor: PublicKey,
) -> Result<(), StoreError> {
    query("UPDATE device SET audit_faults = audit_faults + 1 WHERE key = $1")
        .bind(auditor.to_string())
        .execute(&mut *tx.conn)?;
    let detail = "The frame you rendered for this audit differs from the one rendered here.";
    let problem = Problem::new(ProblemKind::AuditMismatch, detail);
    notify(tx, auditor, audit, &problem)
}

fn plan_self_audits(tx: &mut Tx<'_>, patience: Duration) -> Result<u64, StoreError> {
    let active = active_devices(tx.conn, tx.now_ms)?;
    let patience_ms = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
    let impatient_since_ms = tx.now_ms.saturating_sub(patience_ms);
    // An audit somebody took is given the same patience again, from when it was taken.
    let rows = query(
        "UPDATE audit SET state = 'taken_over'
         WHERE (state = 'waiting' AND ($2 = 1 OR planned_ms <= $1))
            OR (state = 'leased' AND planned_ms <= $1
                AND NOT EXISTS (SELECT 1 FROM lease
                                WHERE lease.audit = audit.id AND lease.state = 'active'
                                  AND lease.leased_ms > $1))
         RETURNING id",
    )
    .bind(impatient_since_ms)
    .bind(i64::from(active < DEVICES_TO_AUDIT))
    .fetch_all(&mut *tx.conn)?;
    for row in &rows {
        let audit = parsed(row, "id")?;
        enqueue(tx, &Job::SelfAudit { audit })?;
    }
    Ok(rows.len() as u64)
}
