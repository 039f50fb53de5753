//! What follows from what the referee found: for the device, for its auditors, for its class.

use woolgather_coordinator_core::trust::Record;
use woolgather_coordinator_core::trust::record::WrongReport;
use woolgather_protocol::{Blake3, Problem, ProblemKind, PublicKey, WorkUnitId};

use super::acceptance::refuse_submission;
use super::classes::{PROCESSORS, class_was_right, class_was_wrong};
use super::database::{Row, query};
use super::devices::notify;
use super::records::{change_record, record};
use super::repair::{find_bad, look_back, quarantine_class, quarantine_segment};
use super::rows::{number, parsed};
use super::writer::Tx;
use super::{Settlement, Store, StoreError};

/// A device with the class it drew with.
pub(super) type DrawnWith = (PublicKey, i64);

/// The auditor that disagreed was right, or wrong: counted and told, not punished.
pub(super) fn judge_report(
    tx: &mut Tx<'_>,
    audit: &WorkUnitId,
    submission: i64,
    auditor: DrawnWith,
    good: bool,
) -> Result<(), StoreError> {
    if good {
        let (device, class) = auditor;
        return change_record(tx, device, class, Record::report_was_right);
    }
    let clip: String = judged(tx, submission)?.try_get("clip")?;
    fault_report(tx, auditor, &clip, WrongReport::DisputedRight)?;
    let detail = "The frame you rendered for this audit differs from the one rendered here.";
    let problem = Problem::new(ProblemKind::AuditMismatch, detail);
    notify(tx, auditor.0, audit, &problem)
}

fn fault_report(
    tx: &mut Tx<'_>,
    (auditor, class): DrawnWith,
    clip: &str,
    report: WrongReport,
) -> Result<(), StoreError> {
    let before = counted_before(tx, auditor, class, clip, "reports")?;
    let counted = change_record(tx, auditor, class, |record| {
        record.report_was_wrong(report, before)
    })?;
    count(tx, auditor, class, clip, "reports", counted)
}

/// A frame of this submission was rendered again and is right.
pub(super) fn frame_was_right(tx: &mut Tx<'_>, submission: i64) -> Result<(), StoreError> {
    let row = judged(tx, submission)?;
    let (device, class) = (parsed(&row, "device")?, row.try_get("class")?);
    class_was_right(tx, device, class)?;
    change_record(tx, device, class, Record::frame_was_right)
}

/// Two pictures (WebP) in the blob folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerdictPictures {
    /// The frame as it was handed in.
    pub submitted: Blake3,
    /// The frame as the coordinator rendered it.
    pub rendered: Blake3,
}

/// What the referee found wrong in a submission for a work unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The audit.
    pub audit: WorkUnitId,
    /// The frame, within the clip from 0.
    pub frame: u32,
    /// What was found, in a sentence.
    pub detail: String,
    /// What both look like.
    pub pictures: VerdictPictures,
    /// When, ms since 1970.
    pub found_ms: i64,
}

impl Store {
    /// What the referee found wrong in submissions for a work unit, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn verdicts(&self, work_unit: &WorkUnitId) -> Result<Vec<Verdict>, StoreError> {
        let wanted = query(
            "SELECT audit, frame, detail, submitted, rendered, found_ms FROM verdict
             WHERE work_unit = $1 ORDER BY found_ms DESC, audit LIMIT 20",
        )
        .bind(work_unit.as_str());
        let rows = self.rows(wanted).await?;
        rows.iter().map(verdict).collect()
    }

    /// What the referee found wrong lately, newest first, each with its work unit.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn verdicts_lately(
        &self,
        at_most: u32,
    ) -> Result<Vec<(WorkUnitId, Verdict)>, StoreError> {
        let wanted = query(
            "SELECT work_unit, audit, frame, detail, submitted, rendered, found_ms FROM verdict
             ORDER BY found_ms DESC, audit LIMIT $1",
        )
        .bind(i64::from(at_most));
        let rows = self.rows(wanted).await?;
        rows.iter()
            .map(|row| Ok((parsed(row, "work_unit")?, verdict(row)?)))
            .collect()
    }

    /// What the referee found in an audit.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found` where it found nothing wrong.
    pub async fn verdict(&self, audit: &WorkUnitId) -> Result<Verdict, StoreError> {
        let wanted = query(
            "SELECT audit, frame, detail, submitted, rendered, found_ms FROM verdict
             WHERE audit = $1",
        )
        .bind(audit.as_str());
        let row = self.row(wanted).await?;
        let row = row.ok_or_else(|| StoreError::not_found("verdict", audit))?;
        verdict(&row)
    }
}

fn verdict(row: &Row) -> Result<Verdict, StoreError> {
    Ok(Verdict {
        audit: parsed(row, "audit")?,
        frame: number(row, "frame")?,
        detail: row.try_get("detail")?,
        pictures: VerdictPictures {
            submitted: parsed(row, "submitted")?,
            rendered: parsed(row, "rendered")?,
        },
        found_ms: row.try_get("found_ms")?,
    })
}

/// Writes a verdict down with its pictures.
fn write_down(
    tx: &mut Tx<'_>,
    audit: &WorkUnitId,
    (work_unit, frame): (&str, i64),
    detail: &str,
    pictures: VerdictPictures,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO verdict (audit, work_unit, frame, detail, submitted, rendered, found_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (audit) DO NOTHING",
    )
    .bind(audit.as_str())
    .bind(work_unit)
    .bind(frame)
    .bind(detail)
    .bind(pictures.submitted.to_string())
    .bind(pictures.rendered.to_string())
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    Ok(())
}

/// The referee found a frame (within the clip) wrong: the submission is refused or its segment
/// quarantined, and everybody who is responsible for it answers for that.
pub(super) fn frame_was_wrong(
    tx: &mut Tx<'_>,
    submission: i64,
    (audit, frame): (&WorkUnitId, i64),
    settlement: Settlement,
) -> Result<(), StoreError> {
    let row = judged(tx, submission)?;
    let (device, class): DrawnWith = (parsed(&row, "device")?, row.try_get("class")?);
    let clip: String = row.try_get("clip")?;
    let passers = passers_of(tx, submission, frame)?;
    let problem = Problem::new(
        ProblemKind::AuditMismatch,
        format!(
            "Frame {frame}, rendered again here, is another picture; both are on the website at /units/{}.",
            row.try_get::<&str>("work_unit")?
        ),
    );
    if let Some(pictures) = settlement.pictures {
        let of = (row.try_get("work_unit")?, frame);
        write_down(tx, audit, of, &problem.detail, pictures)?;
    }
    match row.try_get("state")? {
        "accepted" => quarantine_segment(tx, submission, &problem)?,
        "auditing" => refuse_submission(tx, submission, &problem)?,
        _ => {}
    }
    let before = counted_before(tx, device, class, &clip, "frames")?;
    let counted = change_record(tx, device, class, |record| {
        let wrong = 1 + settlement.further_wrong;
        record.was_refused(wrong, settlement.further_right, before)
    })?;
    count(tx, device, class, &clip, "frames", counted)?;
    for auditor in &passers {
        fault_report(tx, *auditor, &clip, WrongReport::PassedWrong)?;
    }
    if class_was_wrong(tx, device, class)? {
        quarantine_class(tx, class)?;
    }
    if record(tx.conn, device, class)?.is_convicted(false) {
        find_bad(tx, (device, class), &problem)?;
    } else {
        look_back(tx, device)?;
    }
    for (auditor, class) in passers {
        if record(tx.conn, auditor, class)?.is_convicted(true) {
            let detail = "Frames that this device passed as an auditor are other pictures.";
            let problem = Problem::new(ProblemKind::AuditMismatch, detail);
            find_bad(tx, (auditor, class), &problem)?;
        }
    }
    Ok(())
}

/// A submission with its clip.
fn judged(tx: &mut Tx<'_>, submission: i64) -> Result<Row, StoreError> {
    let row = query(
        "SELECT submission.device, submission.class, submission.state, submission.work_unit,
                work_unit.clip
         FROM submission JOIN work_unit ON work_unit.id = submission.work_unit
         WHERE submission.number = $1",
    );
    Ok(row.bind(submission).fetch_one(&mut *tx.conn)?)
}

/// Who passed this frame before.
fn passers_of(tx: &mut Tx<'_>, submission: i64, frame: i64) -> Result<Vec<DrawnWith>, StoreError> {
    let rows = query(
        "SELECT auditor, auditor_class FROM audit
         WHERE submission = $1 AND frame = $2 AND state = 'passed' AND by_referee = 0
           AND auditor IS NOT NULL
         ORDER BY number",
    )
    .bind(submission)
    .bind(frame)
    .fetch_all(&mut *tx.conn)?;
    rows.iter()
        .map(|row| {
            let class: Option<i64> = row.try_get("auditor_class")?;
            Ok((parsed(row, "auditor")?, class.unwrap_or(PROCESSORS)))
        })
        .collect()
}

/// How many faults of this kind on this clip counted against a device already.
fn counted_before(
    tx: &mut Tx<'_>,
    device: PublicKey,
    class: i64,
    clip: &str,
    what: &'static str,
) -> Result<u32, StoreError> {
    let row = query(
        "SELECT faults FROM counted_fault
         WHERE device = $1 AND class = $2 AND clip = $3 AND what = $4",
    )
    .bind(device.to_string())
    .bind(class)
    .bind(clip)
    .bind(what)
    .fetch_optional(&mut *tx.conn)?;
    row.map_or(Ok(0), |row| number(&row, "faults"))
}

fn count(
    tx: &mut Tx<'_>,
    device: PublicKey,
    class: i64,
    clip: &str,
    what: &'static str,
    faults: u32,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO counted_fault (device, class, clip, what, faults) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (device, class, clip, what) DO UPDATE SET
             faults = counted_fault.faults + excluded.faults",
    )
    .bind(device.to_string())
    .bind(class)
    .bind(clip)
    .bind(what)
    .bind(i64::from(faults))
    .execute(&mut *tx.conn)?;
    Ok(())
}
