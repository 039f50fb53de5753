//! Checking: submissions that are on disk wait here until their frames were decoded.
//!
//! `received → checking → auditing`, or `refused`. A claim that nobody finishes is claimed again.

use std::time::Duration;

use woolgather_coordinator_core::audits::draw_frames;
use woolgather_coordinator_core::trust::ClassStanding;
use woolgather_coordinator_core::trust::record::frames_to_audit;
use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::{Blake3, Problem, PublicKey};

use super::acceptance::refuse_submission;
use super::audits::{Audited, Purpose, plan_audit};
use super::classes::settle_class;
use super::database::{Row, query};
use super::records::change_record;
use super::rows::{name_of, number, parsed};
use super::writer::Tx;
use super::{FrameMeans, Store, StoreError};

/// A submission whose frames somebody decodes now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedCheck {
    /// The submission.
    pub submission: i64,
    /// BLAKE3 of its segment.
    pub segment: Blake3,
    /// Who handed it in.
    pub device: PublicKey,
    /// The segment, where it waits in the database; otherwise it is in the blob folder.
    pub short_segment: Option<Vec<u8>>,
}

/// What decoding showed.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedFrames {
    /// Block means of every decoded frame, in order; those of audited and border frames are kept.
    pub means: Vec<FrameMeans>,
    /// Frames (within the segment, from 0) that do not fit between their neighbours.
    pub suspicious: Vec<u32>,
}

impl Store {
    /// Claims up to `most` submissions to decode, oldest first; also those that somebody claimed
    /// longer than `stale_after` ago and did not finish.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn claim_checks(
        &self,
        most: u32,
        stale_after: Duration,
    ) -> Result<Vec<ClaimedCheck>, StoreError> {
        self.write(move |tx| claim(tx, most, stale_after)).await
    }

    /// The frames of a submission are sound: its audits are drawn, of the digests it committed to
    /// before anybody could know which. Its segment must be in the blob folder. Checking what is
    /// checked changes nothing.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn record_check(
        &self,
        submission: i64,
        frames: CheckedFrames,
    ) -> Result<(), StoreError> {
        self.write(move |tx| record(tx, submission, &frames)).await
    }

    /// The frames of a submission are not what they must be: its device is told, its unit is
    /// ready again. Refusing what is checked or refused changes nothing.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn refuse_check(&self, submission: i64, problem: Problem) -> Result<(), StoreError> {
        self.write(move |tx| {
            let Some(row) = unchecked(tx, submission)? else {
                return Ok(());
            };
            let (device, now_ms) = (parsed(&row, "device")?, tx.now_ms);
            change_record(tx, device, row.try_get("class")?, |record| {
                record.failed_checks(now_ms);
            })?;
            refuse_submission(tx, submission, &problem)
        })
        .await
    }

    /// Somebody is still decoding the submission: it is not abandoned.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn renew_check(&self, submission: i64) -> Result<(), StoreError> {
        self.write(move |tx| {
            query("UPDATE submission SET claimed_ms = $2 WHERE number = $1 AND state = 'checking'")
                .bind(submission)
                .bind(tx.now_ms)
                .execute(tx.conn)?;
            Ok(())
        })
        .await
    }

    /// Makes every claimed submission claimable again. The server calls it once at its start,
    /// where it serves the flock alone.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn reclaim_checks(&self) -> Result<u64, StoreError> {
        self.write(|tx| {
            let freed = query("UPDATE submission SET state = 'received' WHERE state = 'checking'");
            Ok(freed.execute(tx.conn)?)
        })
        .await
    }

    /// Waits until a submission was taken in this process, at most `at_most`.
    pub async fn wait_for_submission(&self, at_most: Duration) {
        let taken = self.writer().submission_taken().notified();
        // Running out of time is the other way to end the rest.
        let _ = tokio::time::timeout(at_most, taken).await;
    }
}

fn claim(
    tx: &mut Tx<'_>,
    most: u32,
    stale_after: Duration,
) -> Result<Vec<ClaimedCheck>, StoreError> {
    let stale_ms = i64::try_from(stale_after.as_millis()).unwrap_or(i64::MAX);
    let rows = query(
        "UPDATE submission SET state = 'checking', claimed_ms = $1
         WHERE number IN (SELECT number FROM submission
                          WHERE state IN ('received', 'checking')
                            AND (state = 'received' OR claimed_ms <= $2)
                          ORDER BY number LIMIT $3)
         RETURNING number, segment, device, short_segment",
    )
    .bind(tx.now_ms)
    .bind(tx.now_ms.saturating_sub(stale_ms))
    .bind(i64::from(most))
    .fetch_all(tx.conn)?;
    let claimed: Result<Vec<ClaimedCheck>, StoreError> = rows
        .iter()
        .map(|row| {
            Ok(ClaimedCheck {
                submission: row.try_get("number")?,
                segment: parsed(row, "segment")?,
                device: parsed(row, "device")?,
                short_segment: row
                    .try_get::<Option<&[u8]>>("short_segment")?
                    .map(Into::into),
            })
        })
        .collect();
    let mut claimed = claimed?;
    claimed.sort_by_key(|check| check.submission);
    Ok(claimed)
}

/// The submission with its unit, unless it was checked or refused already.
fn unchecked(tx: &mut Tx<'_>, submission: i64) -> Result<Option<Row>, StoreError> {
    let row = query(
        "SELECT submission.work_unit, submission.device, submission.class, work_unit.frame_count
         FROM submission JOIN work_unit ON work_unit.id = submission.work_unit
         WHERE submission.number = $1 AND submission.state IN ('received', 'checking')",
    )
    .bind(submission)
    .fetch_optional(tx.conn)?;
    Ok(row)
}

fn record(tx: &mut Tx<'_>, submission: i64, frames: &CheckedFrames) -> Result<(), StoreError> {
    let Some(row) = unchecked(tx, submission)? else {
        return Ok(());
    };
    let frame_count: u32 = number(&row, "frame_count")?;
    if frames.means.len() != frame_count as usize {
        let found = frames.means.len();
        return Err(StoreError::Corrupt(format!(
            "{found} decoded frames of a work unit of {frame_count}"
        )));
    }
    let means = |frame: Option<&FrameMeans>| frame.map(FrameMeans::to_bytes).unwrap_or_default();
    query(
        "UPDATE submission SET state = 'auditing', short_segment = NULL, first_means = $2,
                               last_means = $3
         WHERE number = $1",
    )
    .bind(submission)
    .bind(means(frames.means.first()))
    .bind(means(frames.means.last()))
    .execute(tx.conn)?;
    query("UPDATE work_unit SET state = $2 WHERE id = $1")
        .bind(row.try_get::<&str>("work_unit")?)
        .bind(name_of(&WorkUnitState::Auditing))
        .execute(tx.conn)?;
    let drawn_with = (parsed(&row, "device")?, row.try_get("class")?);
    plan_audits(tx, submission, drawn_with, frames)
}

/// Draws the frames to audit, now that the digests are committed.
fn plan_audits(
    tx: &mut Tx<'_>,
    submission: i64,
    (device, class): (PublicKey, i64),
    frames: &CheckedFrames,
) -> Result<(), StoreError> {
    let standing = settle_class(tx, class)?;
    let record = change_record(tx, device, class, |record| {
        record.passed_checks();
        record.clone()
    })?;
    let on_trial = standing != ClassStanding::Open;
    let suspicious = !frames.suspicious.is_empty();
    let count = frames_to_audit(&record, suspicious, on_trial);
    let of = Audited::load(tx.conn, submission)?;
    for frame in draw_frames(of.frame_count, &frames.suspicious, count, tx.rng) {
        let decoded = frames.means.get(frame as usize);
        plan_audit(tx, &of, frame, Purpose::Commit, decoded)?;
    }
    Ok(())
}
