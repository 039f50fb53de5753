//! Submissions: a segment is taken, or refused.

use sqlx::{Row, SqliteConnection};
use woolgather_coordinator_core::audits::draw_frames;
use woolgather_coordinator_core::leases::samples_of;
use woolgather_protocol::submission::{Receipt, WorkUnitState};
use woolgather_protocol::work::DeviceKind;
use woolgather_protocol::{Blake3, LeaseId, Problem, ProblemKind, PublicKey, WorkUnitId};

use super::acceptance::{count_failure, reopen_unit};
use super::answers::{Answers, find_lease, may_answer, superseded};
use super::devices::touch;
use super::flock::flock;
use super::leases::free_work;
use super::rows::{name_of, number, stored, to_json};
use super::writer::Tx;
use super::{FrameMeans, Store, StoreError};

/// A submission that passed every structural check and whose segment is in the blob folder.
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
    /// BLAKE3 of every frame before encoding, in order, as the preamble committed them.
    pub frames: Vec<Blake3>,
    /// Wall clock the worker says it took.
    pub render_ms: u64,
    /// What drew the frames.
    pub drawn_by: DeviceKind,
    /// Block means of every decoded frame, in order; those of audited and border frames are kept.
    pub means: Vec<FrameMeans>,
    /// Frames (within the segment, from 0) that do not fit between their neighbours.
    pub suspicious: Vec<u32>,
}

impl Store {
    /// Takes a submission: row, lease, unit and audits in one transaction. The receipt may be
    /// sent when this returns. The same one again gives `duplicate: true`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] as [`Store::lease_for_submission`]: somebody may have been faster
    /// since.
    pub async fn record_submission(&self, new: NewSubmission) -> Result<Receipt, StoreError> {
        self.write(|tx| Box::pin(record_submission(tx, new))).await
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
        self.write(move |tx| Box::pin(record_refusal(tx, lease, device, problem)))
            .await
    }
}

async fn record_submission(mut tx: Tx<'_>, new: NewSubmission) -> Result<Receipt, StoreError> {
    let lease = find_lease(tx.conn, &new.lease, new.device).await?;
    if let Some(earlier) = may_answer(&lease, Answers::Segment)? {
        if earlier.digest != new.segment {
            return Err(superseded());
        }
        return Ok(Receipt {
            duplicate: true,
            state: earlier.state,
        });
    }
    let unit = find_unit(tx.conn, &lease.work_unit).await?;
    check_frames(&new, unit.frame_count)?;
    let submission = insert_submission(&mut tx, &new, &unit).await?;
    close_leases(&mut tx, &new, &unit).await?;
    plan_audits(&mut tx, &new, &unit, submission).await?;
    touch(&mut tx, new.device).await?;
    sqlx::query("UPDATE work_unit SET state = $2, submission = $3 WHERE id = $1")
        .bind(unit.id.as_str())
        .bind(name_of(&WorkUnitState::Auditing))
        .bind(submission)
        .execute(tx.conn)
        .await?;
    Ok(Receipt {
        duplicate: false,
        state: WorkUnitState::Auditing,
    })
}

struct Unit {
    id: WorkUnitId,
    first_frame: u32,
    frame_count: u32,
}

async fn find_unit(conn: &mut SqliteConnection, id: &WorkUnitId) -> Result<Unit, StoreError> {
    let row = sqlx::query("SELECT first_frame, frame_count FROM work_unit WHERE id = $1")
        .bind(id.as_str())
        .fetch_one(conn)
        .await?;
    Ok(Unit {
        id: id.clone(),
        first_frame: number(&row, "first_frame")?,
        frame_count: number(&row, "frame_count")?,
    })
}

fn check_frames(new: &NewSubmission, frame_count: u32) -> Result<(), StoreError> {
    let (frames, means) = (new.frames.len(), new.means.len());
    let expected = frame_count as usize;
    if frames != expected || means != expected {
        let detail = format!(
            "The work unit has {expected} frames, the submission {frames} digests and {means} \
             decoded frames."
        );
        return Err(StoreError::refused(ProblemKind::BadPreamble, detail));
    }
    Ok(())
}

async fn insert_submission(
    tx: &mut Tx<'_>,
    new: &NewSubmission,
    unit: &Unit,
) -> Result<i64, StoreError> {
    let digests: Vec<u8> = new.frames.iter().flat_map(|frame| frame.0).collect();
    let means = |frame: Option<&FrameMeans>| frame.map(FrameMeans::to_bytes).unwrap_or_default();
    let row = sqlx::query(
        "INSERT INTO submission (number, lease, work_unit, device, segment, segment_bytes, frames,
                                 render_ms, received_ms, state, first_means, last_means)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM submission), $1, $2, $3, $4, $5, $6, $7,
                 $8, 'auditing', $9, $10)
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
    .bind(means(new.means.first()))
    .bind(means(new.means.last()))
    .fetch_one(&mut *tx.conn)
    .await?;
    Ok(row.try_get("number")?)
}

/// This lease is answered; whoever else holds one on the unit was too slow.
async fn close_leases(tx: &mut Tx<'_>, new: &NewSubmission, unit: &Unit) -> Result<(), StoreError> {
    sqlx::query("UPDATE lease SET state = 'answered', answer = $2 WHERE id = $1")
        .bind(new.lease.as_str())
        .bind(new.segment.to_string())
        .execute(&mut *tx.conn)
        .await?;
    sqlx::query(
        "UPDATE lease SET state = 'superseded'
         WHERE work_unit = $1 AND audit IS NULL AND state = 'active'",
    )
    .bind(unit.id.as_str())
    .execute(&mut *tx.conn)
    .await?;
    Ok(())
}

/// Draws the frames to audit, now that the digests are committed.
async fn plan_audits(
    tx: &mut Tx<'_>,
    new: &NewSubmission,
    unit: &Unit,
    submission: i64,
) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT accepted_units FROM device WHERE key = $1")
        .bind(new.device.to_string())
        .fetch_one(&mut *tx.conn)
        .await?;
    let accepted_units = number(&row, "accepted_units")?;
    let samples = samples_of(&flock(tx.conn).await?.recipe, 1);
    for frame in draw_frames(unit.frame_count, &new.suspicious, accepted_units, tx.rng) {
        let id = WorkUnitId::from_random(tx.random());
        let place = frame as usize;
        sqlx::query(
            "INSERT INTO audit (id, submission, work_unit, submitter, frame, digest, decoded,
                                samples, planned_ms, drawn_by, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting')",
        )
        .bind(id.as_str())
        .bind(submission)
        .bind(unit.id.as_str())
        .bind(new.device.to_string())
        .bind(i64::from(unit.first_frame + frame))
        .bind(new.frames[place].to_string())
        .bind(new.means[place].to_bytes())
        .bind(stored(samples))
        .bind(tx.now_ms)
        .bind(new.drawn_by.as_str())
        .execute(&mut *tx.conn)
        .await?;
    }
    Ok(())
}

async fn record_refusal(
    mut tx: Tx<'_>,
    lease: LeaseId,
    device: PublicKey,
    problem: Problem,
) -> Result<(), StoreError> {
    let found = find_lease(tx.conn, &lease, device).await?;
    let closed = sqlx::query(
        "UPDATE lease SET state = 'refused', problem = $2
         WHERE id = $1 AND state IN ('active', 'expired')",
    )
    .bind(lease.as_str())
    .bind(to_json(&problem))
    .execute(&mut *tx.conn)
    .await?;
    if closed.rows_affected() == 0 {
        return Ok(());
    }
    if let Some(audit) = &found.audit {
        return free_work(&mut tx, &found.work_unit, Some(audit)).await;
    }
    count_failure(&mut tx, &found.work_unit, device, &problem).await?;
    reopen_unit(&mut tx, &found.work_unit).await
}
