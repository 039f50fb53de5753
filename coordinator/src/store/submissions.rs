//! Submissions: a segment is taken, or refused.

use woolgather_protocol::submission::{Receipt, WorkUnitState};
use woolgather_protocol::work::DeviceKind;
use woolgather_protocol::{Blake3, LeaseId, Problem, ProblemKind, PublicKey, WorkUnitId};

use super::acceptance::{count_failure, reopen_unit};
use super::answers::{Answers, find_lease, may_answer, superseded};
use super::database::{Database, query};
use super::devices::touch;
use super::leases::free_work;
use super::records::{change_record, said_by};
use super::rows::{name_of, number, stored, to_json};
use super::writer::Tx;
use super::{Store, StoreError};

/// A submission that is what its preamble says and whose structure is the recipe's. Its frames
/// were not decoded yet.
#[derive(Debug, Clone)]
pub struct NewSubmission {
    /// The lease it answers.
    pub lease: LeaseId,
    /// Who hands it in.
    pub device: PublicKey,
    /// BLAKE3 of the segment: its name in the blob folder.
    pub segment: Blake3,
    /// Length of the segment.
    pub segment_bytes: u64,
    /// The segment itself, where it is short enough to wait in the database; otherwise it is in
    /// the blob folder.
    pub short_segment: Option<Vec<u8>>,
    /// BLAKE3 of every frame before encoding, in order, as the preamble committed them.
    pub frames: Vec<Blake3>,
    /// Wall clock the worker says it took.
    pub render_ms: u64,
    /// What drew the frames.
    pub drawn_by: DeviceKind,
}

impl Store {
    /// Takes a submission: row, lease and unit in one transaction. The receipt may be sent when
    /// this returns; the frames are looked at later ([`Store::claim_checks`]). The same one again
    /// gives `duplicate: true`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] as [`Store::lease_for_submission`]: somebody may have been faster
    /// since.
    pub async fn record_submission(&self, new: NewSubmission) -> Result<Receipt, StoreError> {
        self.write(move |tx| record_submission(tx, &new)).await
    }

    /// Records that what came for this lease was refused, and closes the lease. A segment's unit
    /// is ready again (quarantined after five distinct devices) and the failure is counted for
    /// the device; an audit waits for somebody else.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `unknown-lease` or `foreign-lease`.
    pub async fn record_refusal(
        &self,
        lease: LeaseId,
        device: PublicKey,
        problem: Problem,
    ) -> Result<(), StoreError> {
        self.write(move |tx| record_refusal(tx, &lease, device, &problem))
            .await
    }
}

fn record_submission(tx: &mut Tx<'_>, new: &NewSubmission) -> Result<Receipt, StoreError> {
    let lease = find_lease(tx.conn, &new.lease, new.device)?;
    if let Some(earlier) = may_answer(&lease, Answers::Segment)? {
        if earlier.digest != new.segment {
            return Err(superseded());
        }
        return Ok(Receipt {
            duplicate: true,
            state: earlier.state,
        });
    }
    let unit = find_unit(tx.conn, &lease.work_unit)?;
    check_frames(new, unit.frame_count)?;
    let submission = insert_submission(tx, new, &unit)?;
    close_leases(tx, new, &unit)?;
    touch(tx, new.device)?;
    query("UPDATE work_unit SET state = $2, submission = $3 WHERE id = $1")
        .bind(unit.id.as_str())
        .bind(name_of(&WorkUnitState::Submitted))
        .bind(submission)
        .execute(&mut *tx.conn)?;
    tx.news.submissions = true;
    Ok(Receipt {
        duplicate: false,
        state: WorkUnitState::Submitted,
    })
}

struct Unit {
    id: WorkUnitId,
    frame_count: u32,
}

fn find_unit(conn: &mut dyn Database, id: &WorkUnitId) -> Result<Unit, StoreError> {
    let row = query("SELECT frame_count FROM work_unit WHERE id = $1")
        .bind(id.as_str())
        .fetch_one(conn)?;
    Ok(Unit {
        id: id.clone(),
        frame_count: number(&row, "frame_count")?,
    })
}

fn check_frames(new: &NewSubmission, frame_count: u32) -> Result<(), StoreError> {
    let (frames, expected) = (new.frames.len(), frame_count as usize);
    if frames != expected {
        let detail =
            format!("The work unit has {expected} frames, the submission {frames} digests.");
        return Err(StoreError::refused(ProblemKind::BadPreamble, detail));
    }
    Ok(())
}

fn insert_submission(tx: &mut Tx<'_>, new: &NewSubmission, unit: &Unit) -> Result<i64, StoreError> {
    let digests: Vec<u8> = new.frames.iter().flat_map(|frame| frame.0).collect();
    let row = query(
        "INSERT INTO submission (number, lease, work_unit, device, segment, segment_bytes, frames,
                                 render_ms, received_ms, state, first_means, last_means,
                                 drawn_by, short_segment, class)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM submission), $1, $2, $3, $4, $5, $6, $7,
                 $8, 'received', $9, $9, $10, $11,
                 (SELECT CASE WHEN $12 = 1 THEN COALESCE(card, processor) ELSE processor END
                  FROM device WHERE key = $3))
         RETURNING number",
    )
    .bind(new.lease.as_str())
    .bind(unit.id.as_str())
    .bind(new.device.to_string())
    .bind(new.segment.to_string())
    .bind(stored(new.segment_bytes))
    .bind(digests)
    .bind(stored(new.render_ms))
    .bind(tx.now_ms)
    .bind(Vec::new())
    .bind(new.drawn_by.as_str())
    .bind(new.short_segment.clone())
    .bind(i64::from(new.drawn_by == DeviceKind::Gpu))
    .fetch_one(&mut *tx.conn)?;
    Ok(row.try_get("number")?)
}

/// This lease is answered; whoever else holds one on the unit was too slow.
fn close_leases(tx: &mut Tx<'_>, new: &NewSubmission, unit: &Unit) -> Result<(), StoreError> {
    query("UPDATE lease SET state = 'answered', answer = $2 WHERE id = $1")
        .bind(new.lease.as_str())
        .bind(new.segment.to_string())
        .execute(&mut *tx.conn)?;
    query(
        "UPDATE lease SET state = 'superseded'
         WHERE work_unit = $1 AND audit IS NULL AND state = 'active'",
    )
    .bind(unit.id.as_str())
    .execute(&mut *tx.conn)?;
    Ok(())
}

fn record_refusal(
    tx: &mut Tx<'_>,
    lease: &LeaseId,
    device: PublicKey,
    problem: &Problem,
) -> Result<(), StoreError> {
    let found = find_lease(tx.conn, lease, device)?;
    let closed = query(
        "UPDATE lease SET state = 'refused', problem = $2
         WHERE id = $1 AND state IN ('active', 'expired')",
    )
    .bind(lease.as_str())
    .bind(to_json(&problem))
    .execute(&mut *tx.conn)?;
    if closed == 0 {
        return Ok(());
    }
    if let Some(audit) = &found.audit {
        return free_work(tx, &found.work_unit, Some(audit));
    }
    let (class, now_ms) = (said_by(tx.conn, device)?.drawing.fastest_class(), tx.now_ms);
    change_record(tx, device, class, |record| record.failed_checks(now_ms))?;
    count_failure(tx, &found.work_unit, device, problem)?;
    reopen_unit(tx, &found.work_unit)
}
