//! Work is done again: a segment is quarantined, a device is found bad, a class fails.

use std::collections::BTreeSet;

use woolgather_coordinator_core::random::distinct_below;
use woolgather_coordinator_core::trust::classes::DAY_MS;
use woolgather_coordinator_core::trust::referee::LOOK_BACK_UNITS;
use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::{Problem, PublicKey, WorkUnitId};

use super::acceptance::{count_failure, drop_audits, refuse_submission};
use super::audits::{Audited, Purpose, plan_audit};
use super::births::replan_unit;
use super::classes::{set_standing, standing_of};
use super::database::query;
use super::devices::notify;
use super::flock::next_manifest;
use super::jobs::enqueue;
use super::leases::free_work;
use super::ledger::{restore, void, void_escrow};
use super::records::{change_record, said_by};
use super::rows::{maybe_parsed, name_of, named, number, parsed, stored, to_json};
use super::verdicts::DrawnWith;
use super::writer::Tx;
use super::{ClipState, Job, Store, StoreError};

/// Submissions whose audits are planned in one transaction.
const SUBMISSIONS_AT_ONCE: i64 = 32;
/// An auditor's reports that are doubted in one transaction.
const REPORTS_AT_ONCE: i64 = 512;

impl Store {
    /// Does a part of the job [`Job::AuditAgain`] and plans the rest as another one.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn audit_again(&self, again: AuditAgain) -> Result<(), StoreError> {
        self.write(move |tx| do_audit_again(tx, &again)).await
    }

    /// Does a part of the job [`Job::DoubtReports`] and plans the rest as another one.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn doubt_reports(&self, doubt: DoubtReports) -> Result<(), StoreError> {
        self.write(move |tx| do_doubt_reports(tx, &doubt)).await
    }
}

/// Accepted work of a device that is audited again in full, newest first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AuditAgain {
    /// Whose.
    pub device: PublicKey,
    /// Only what it drew with this class.
    pub class: Option<i64>,
    /// Only what was received since then.
    pub since_ms: i64,
    /// Only submissions with numbers below this.
    pub below: i64,
}

/// Frames that a device passed as an auditor and that somebody else renders now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DoubtReports {
    /// The auditor.
    pub auditor: PublicKey,
    /// Only audits with numbers above this.
    pub above: i64,
}

/// An accepted segment is bad: its unit is quarantined and its credit voided, a new unit is planned
/// for its place in the clip's next version, and a clip that was published is so no longer until it
/// is repaired. A retired clip is not repaired. Quarantining what is no longer accepted changes
/// nothing.
pub(super) fn quarantine_segment(
    tx: &mut Tx<'_>,
    submission: i64,
    problem: &Problem,
) -> Result<(), StoreError> {
    let row = query(
        "UPDATE submission SET state = 'quarantined' WHERE number = $1 AND state = 'accepted'
         RETURNING lease, work_unit, device",
    )
    .bind(submission)
    .fetch_optional(&mut *tx.conn)?;
    let Some(row) = row else { return Ok(()) };
    let (unit, device): (WorkUnitId, PublicKey) =
        (parsed(&row, "work_unit")?, parsed(&row, "device")?);
    query("UPDATE lease SET state = 'refused', problem = $2 WHERE id = $1")
        .bind(row.try_get::<&str>("lease")?)
        .bind(to_json(problem))
        .execute(&mut *tx.conn)?;
    drop_audits(tx, submission)?;
    query("UPDATE work_unit SET state = $2 WHERE id = $1")
        .bind(unit.as_str())
        .bind(name_of(&WorkUnitState::Quarantined))
        .execute(&mut *tx.conn)?;
    void(tx, &unit)?;
    notify(tx, device, &unit, problem)?;
    let clip = query(
        "SELECT clip.id, clip.state, clip.version, clip.blob
         FROM work_unit JOIN clip ON clip.id = work_unit.clip WHERE work_unit.id = $1",
    )
    .bind(unit.as_str())
    .fetch_one(&mut *tx.conn)?;
    if clip.try_get::<Option<&str>>("blob")?.is_some() {
        query(
            "UPDATE clip SET blob = NULL, bytes = NULL, sha256 = NULL, info_hash = NULL,
                             torrent = NULL
             WHERE id = $1",
        )
        .bind(clip.try_get::<&str>("id")?)
        .execute(&mut *tx.conn)?;
        next_manifest(tx)?;
    }
    if named::<ClipState>(&clip, "state")? == ClipState::Retired {
        return Ok(());
    }
    let version = number::<u32>(&clip, "version")?;
    begin_version(tx, clip.try_get("id")?, version)?;
    let again = replan_unit(tx, &unit, version + 1)?;
    query(
        "INSERT INTO unit_failure (work_unit, device, problem, failed_ms)
         SELECT CAST($2 AS TEXT), device, problem, failed_ms FROM unit_failure WHERE work_unit = $1",
    )
    .bind(unit.as_str())
    .bind(again.as_str())
    .execute(&mut *tx.conn)?;
    count_failure(tx, &again, device, problem)
}

/// The clip's version goes up, and with it that of its other units.
fn begin_version(tx: &mut Tx<'_>, clip: &str, version: u32) -> Result<(), StoreError> {
    query("UPDATE clip SET version = $2, state = $3 WHERE id = $1")
        .bind(clip)
        .bind(i64::from(version + 1))
        .bind(name_of(&ClipState::Rendering))
        .execute(&mut *tx.conn)?;
    query(
        "UPDATE work_unit SET clip_version = $3
         WHERE clip = $1 AND clip_version = $2 AND (state <> $4 OR submission IS NULL)",
    )
    .bind(clip)
    .bind(i64::from(version))
    .bind(i64::from(version + 1))
    .bind(name_of(&WorkUnitState::Quarantined))
    .execute(&mut *tx.conn)?;
    Ok(())
}

/// A device is found bad: its leases end, its open submissions are refused (to render them again
/// costs what auditing them in full would), its accepted ones are audited again in full, its escrow
/// is voided, and frames that it passed as an auditor are audited by others.
pub(super) fn find_bad(
    tx: &mut Tx<'_>,
    (device, class): DrawnWith,
    problem: &Problem,
) -> Result<(), StoreError> {
    let now_ms = tx.now_ms;
    change_record(tx, device, class, |record| record.find_bad(now_ms))?;
    let_go(tx, device, problem)
}

/// Ends what a device does, refuses what it handed in and is not accepted, and looks again at what it
/// did before.
pub(super) fn let_go(
    tx: &mut Tx<'_>,
    device: PublicKey,
    problem: &Problem,
) -> Result<(), StoreError> {
    end_leases(tx, device)?;
    let open = query(
        "SELECT number FROM submission
         WHERE device = $1 AND state IN ('received', 'checking', 'auditing') ORDER BY number",
    )
    .bind(device.to_string())
    .fetch_all(&mut *tx.conn)?;
    for row in &open {
        refuse_submission(tx, row.try_get("number")?, problem)?;
    }
    void_escrow(tx, device)?;
    enqueue(
        tx,
        &Job::AuditAgain(AuditAgain {
            device,
            class: None,
            since_ms: 0,
            below: i64::MAX,
        }),
    )?;
    enqueue(
        tx,
        &Job::DoubtReports(DoubtReports {
            auditor: device,
            above: 0,
        }),
    )
}

/// The last units of a device that was refused are audited in full, those that were accepted and
/// those whose audits are still open.
pub(super) fn look_back(tx: &mut Tx<'_>, device: PublicKey) -> Result<(), StoreError> {
    let rows = query(
        "SELECT number FROM submission WHERE device = $1 AND state IN ('accepted', 'auditing')
         ORDER BY number DESC LIMIT $2",
    )
    .bind(device.to_string())
    .bind(stored(LOOK_BACK_UNITS as u64))
    .fetch_all(&mut *tx.conn)?;
    let last: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get("number")).collect();
    plan_again(tx, &last?)
}

fn end_leases(tx: &mut Tx<'_>, device: PublicKey) -> Result<(), StoreError> {
    let rows = query(
        "UPDATE lease SET state = 'superseded' WHERE device = $1 AND state = 'active'
         RETURNING work_unit, audit",
    )
    .bind(device.to_string())
    .fetch_all(&mut *tx.conn)?;
    for row in &rows {
        let audit: Option<WorkUnitId> = maybe_parsed(row, "audit")?;
        free_work(tx, &parsed(row, "work_unit")?, audit.as_ref())?;
    }
    Ok(())
}

fn do_audit_again(tx: &mut Tx<'_>, again: &AuditAgain) -> Result<(), StoreError> {
    let rows = query(
        "SELECT number FROM submission
         WHERE device = $1 AND number < $2 AND received_ms >= $3 AND state = 'accepted'
           AND ($4 = 0 OR class = $4)
         ORDER BY number DESC LIMIT $5",
    )
    .bind(again.device.to_string())
    .bind(again.below)
    .bind(again.since_ms)
    .bind(again.class.unwrap_or(0))
    .bind(SUBMISSIONS_AT_ONCE)
    .fetch_all(&mut *tx.conn)?;
    let accepted: Result<Vec<i64>, _> = rows.iter().map(|row| row.try_get("number")).collect();
    let accepted = accepted?;
    plan_again(tx, &accepted)?;
    let Some(below) = accepted.last().copied() else {
        return Ok(());
    };
    enqueue(
        tx,
        &Job::AuditAgain(AuditAgain {
            below,
            ..again.clone()
        }),
    )
}

/// Plans audits of every frame of these submissions that was not rendered with certainty yet: one
/// frame of each, in random order, then the next, so that a bad one is found soon. Retired clips
/// are not worth it.
fn plan_again(tx: &mut Tx<'_>, submissions: &[i64]) -> Result<(), StoreError> {
    let mut orders = Vec::new();
    for submission in submissions {
        let of = Audited::load(tx.conn, *submission)?;
        if is_retired(tx, *submission)? {
            continue;
        }
        let frames = of.frame_count as usize;
        let order = distinct_below(tx.rng, frames, frames);
        let done = frames_not_to_repeat(tx, *submission)?;
        orders.push((of, order, done));
    }
    let steps = orders.iter().map(|(_, order, _)| order.len()).max();
    for step in 0..steps.unwrap_or(0) {
        for (of, order, done) in &orders {
            let Some(frame) = order.get(step) else {
                continue;
            };
            if !done.contains(&(*frame as u64)) {
                plan_audit(tx, of, *frame as u32, Purpose::Again, None)?;
            }
        }
    }
    Ok(())
}

fn is_retired(tx: &mut Tx<'_>, submission: i64) -> Result<bool, StoreError> {
    let row = query(
        "SELECT clip.state FROM submission
         JOIN work_unit ON work_unit.id = submission.work_unit
         JOIN clip ON clip.id = work_unit.clip WHERE submission.number = $1",
    )
    .bind(submission)
    .fetch_one(&mut *tx.conn)?;
    Ok(named::<ClipState>(&row, "state")? == ClipState::Retired)
}

/// Frames (within the segment) that the referee rendered, or that are or were audited again.
fn frames_not_to_repeat(tx: &mut Tx<'_>, submission: i64) -> Result<BTreeSet<u64>, StoreError> {
    let rows = query(
        "SELECT audit.frame - work_unit.first_frame AS place
         FROM audit JOIN work_unit ON work_unit.id = audit.work_unit
         WHERE audit.submission = $1
           AND (audit.by_referee = 1 OR audit.purpose = $2 OR audit.state <> 'passed')",
    )
    .bind(submission)
    .bind(Purpose::Again as i64)
    .fetch_all(&mut *tx.conn)?;
    rows.iter().map(|row| number(row, "place")).collect()
}

fn do_doubt_reports(tx: &mut Tx<'_>, doubt: &DoubtReports) -> Result<(), StoreError> {
    let rows = query(
        "SELECT audit.number, audit.submission, audit.frame - work_unit.first_frame AS place
         FROM audit
         JOIN submission ON submission.number = audit.submission
         JOIN work_unit ON work_unit.id = audit.work_unit
         WHERE audit.auditor = $1 AND audit.number > $2 AND audit.state = 'passed'
           AND audit.by_referee = 0 AND submission.state IN ('accepted', 'auditing')
         ORDER BY audit.number LIMIT $3",
    )
    .bind(doubt.auditor.to_string())
    .bind(doubt.above)
    .bind(REPORTS_AT_ONCE)
    .fetch_all(&mut *tx.conn)?;
    for row in &rows {
        let submission = row.try_get("submission")?;
        let place: u64 = number(row, "place")?;
        if !is_retired(tx, submission)? && !frames_not_to_repeat(tx, submission)?.contains(&place) {
            let of = Audited::load(tx.conn, submission)?;
            plan_audit(tx, &of, place as u32, Purpose::Again, None)?;
        }
    }
    let Some(last) = rows.last() else {
        return Ok(());
    };
    enqueue(
        tx,
        &Job::DoubtReports(DoubtReports {
            auditor: doubt.auditor,
            above: last.try_get("number")?,
        }),
    )
}

/// A class fails as a class: its devices get no work, what they did since yesterday is audited
/// again in full, and nothing of it is held against their owners.
pub(super) fn quarantine_class(tx: &mut Tx<'_>, class: i64) -> Result<(), StoreError> {
    let standing = standing_of(tx.conn, class)?.quarantined(tx.now_ms);
    set_standing(tx, class, standing)?;
    let since_ms = (tx.now_ms.div_euclid(DAY_MS) - 1) * DAY_MS;
    let rows = query("SELECT device FROM record WHERE class = $1 ORDER BY device")
        .bind(class)
        .fetch_all(&mut *tx.conn)?;
    for row in &rows {
        let device: PublicKey = parsed(row, "device")?;
        if said_by(tx.conn, device)?.drawing.fastest_class() == class {
            end_leases(tx, device)?;
        }
        forgive(tx, device, class, since_ms)?;
        enqueue(
            tx,
            &Job::AuditAgain(AuditAgain {
                device,
                class: Some(class),
                since_ms,
                below: i64::MAX,
            }),
        )?;
    }
    Ok(())
}

/// What was held against a member since the class began to fail is taken back, and the escrow that
/// was voided with it restored.
fn forgive(
    tx: &mut Tx<'_>,
    device: PublicKey,
    class: i64,
    since_ms: i64,
) -> Result<(), StoreError> {
    let restores = change_record(tx, device, class, |record| {
        let found_bad_lately = record.bad_since_ms.is_some_and(|since| since >= since_ms);
        if record.bad_since_ms.is_none() || found_bad_lately {
            record.forgive();
        }
        if found_bad_lately {
            record.found_bad = record.found_bad.saturating_sub(1);
        }
        found_bad_lately
    })?;
    if restores {
        restore(tx, device)?;
    }
    Ok(())
}
