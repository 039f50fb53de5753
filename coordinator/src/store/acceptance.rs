//! What follows from audits: a unit is accepted and paid, or opened again, or given up.

use woolgather_coordinator_core::audits::is_quarantined;
use woolgather_coordinator_core::credit::{ESCROW_UNITS, credit_for, in_escrow};
use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::{Problem, PublicKey, WorkUnitId};

use super::database::query;
use super::devices::notify;
use super::jobs::enqueue;
use super::leases::free_work;
use super::rows::{name_of, number, parsed, stored, to_json};
use super::writer::Tx;
use super::{ClipState, Job, StoreError};

/// Accepts the submission if none of its audits is open: unit, credit and perhaps the clip.
/// Returns the unit's state.
pub(super) fn accept_if_audited(
    tx: &mut Tx<'_>,
    submission: i64,
) -> Result<WorkUnitState, StoreError> {
    let row = query(
        "SELECT work_unit, device,
                (SELECT COUNT(*) FROM audit
                 WHERE audit.submission = submission.number AND audit.state <> 'passed') AS open
         FROM submission WHERE number = $1",
    )
    .bind(submission)
    .fetch_one(&mut *tx.conn)?;
    if row.try_get::<i64>("open")? > 0 {
        return Ok(WorkUnitState::Auditing);
    }
    let work_unit: WorkUnitId = parsed(&row, "work_unit")?;
    query("UPDATE submission SET state = 'accepted' WHERE number = $1")
        .bind(submission)
        .execute(&mut *tx.conn)?;
    let unit = query(
        "UPDATE work_unit SET state = $2 WHERE id = $1 RETURNING clip, clip_version, samples",
    )
    .bind(work_unit.as_str())
    .bind(name_of(&WorkUnitState::Accepted))
    .fetch_one(&mut *tx.conn)?;
    let credit = credit_for(number(&unit, "samples")?);
    pay(tx, &work_unit, parsed(&row, "device")?, credit)?;
    finish_clip(tx, unit.try_get("clip")?, number(&unit, "clip_version")?)?;
    Ok(WorkUnitState::Accepted)
}

/// Writes the unit's credit row, once, and the device's sums with it.
fn pay(
    tx: &mut Tx<'_>,
    work_unit: &WorkUnitId,
    device: PublicKey,
    credit: u64,
) -> Result<(), StoreError> {
    let device = device.to_string();
    let row = query("SELECT accepted_units FROM device WHERE key = $1")
        .bind(&device)
        .fetch_one(&mut *tx.conn)?;
    let accepted_before = number(&row, "accepted_units")?;
    let paid = query(
        "INSERT INTO credit (work_unit, device, credit, escrow, earned_ms)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (work_unit) DO NOTHING",
    )
    .bind(work_unit.as_str())
    .bind(&device)
    .bind(stored(credit))
    .bind(i64::from(in_escrow(accepted_before)))
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    if paid == 0 {
        return Ok(());
    }
    query(
        "UPDATE device SET accepted_units = accepted_units + 1, credit = credit + $2
         WHERE key = $1",
    )
    .bind(&device)
    .bind(stored(credit))
    .execute(&mut *tx.conn)?;
    if accepted_before + 1 == ESCROW_UNITS {
        query("UPDATE credit SET escrow = 0 WHERE device = $1")
            .bind(&device)
            .execute(&mut *tx.conn)?;
    }
    Ok(())
}

/// Sends the clip to joining when its last unit was accepted; exactly once.
fn finish_clip(tx: &mut Tx<'_>, clip: &str, version: u32) -> Result<(), StoreError> {
    let row = query(
        "UPDATE clip SET state = $3
         WHERE id = $1 AND state = $4
           AND NOT EXISTS (SELECT 1 FROM work_unit
                           WHERE work_unit.clip = $1 AND work_unit.clip_version = $2
                             AND work_unit.state <> $5)
         RETURNING id",
    )
    .bind(clip)
    .bind(i64::from(version))
    .bind(name_of(&ClipState::Joining))
    .bind(name_of(&ClipState::Rendering))
    .bind(name_of(&WorkUnitState::Accepted))
    .fetch_optional(&mut *tx.conn)?;
    let Some(row) = row else { return Ok(()) };
    let clip = parsed(&row, "id")?;
    enqueue(tx, &Job::Join { clip, version })
}

/// Refuses a submission the referee found wrong: its other audits are dropped, its device is
/// told, its unit is rendered again.
pub(super) fn refuse_submission(
    tx: &mut Tx<'_>,
    submission: i64,
    problem: &Problem,
) -> Result<(), StoreError> {
    let row = query(
        "UPDATE submission SET state = 'refused' WHERE number = $1
         RETURNING lease, work_unit, device",
    )
    .bind(submission)
    .fetch_one(&mut *tx.conn)?;
    let work_unit: WorkUnitId = parsed(&row, "work_unit")?;
    let device: PublicKey = parsed(&row, "device")?;
    query("UPDATE lease SET state = 'refused', problem = $2 WHERE id = $1")
        .bind(row.try_get::<&str>("lease")?)
        .bind(to_json(problem))
        .execute(&mut *tx.conn)?;
    drop_audits(tx, submission)?;
    count_failure(tx, &work_unit, device, problem)?;
    notify(tx, device, &work_unit, problem)?;
    query("UPDATE work_unit SET state = $2, submission = NULL WHERE id = $1")
        .bind(work_unit.as_str())
        .bind(name_of(&WorkUnitState::Leased))
        .execute(&mut *tx.conn)?;
    reopen_unit(tx, &work_unit)
}

/// Nobody needs the submission's open audits any more, nor the leases on them.
fn drop_audits(tx: &mut Tx<'_>, submission: i64) -> Result<(), StoreError> {
    query(
        "UPDATE audit SET state = 'dropped'
         WHERE submission = $1 AND state NOT IN ('passed', 'failed')",
    )
    .bind(submission)
    .execute(&mut *tx.conn)?;
    query(
        "UPDATE lease SET state = 'superseded'
         WHERE state = 'active'
           AND audit IN (SELECT audit.id FROM audit WHERE audit.submission = $1)",
    )
    .bind(submission)
    .execute(&mut *tx.conn)?;
    Ok(())
}

/// Counts a failure against the device, once for each unit.
pub(super) fn count_failure(
    tx: &mut Tx<'_>,
    work_unit: &WorkUnitId,
    device: PublicKey,
    problem: &Problem,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO unit_failure (work_unit, device, problem, failed_ms)
         VALUES ($1, $2, $3, $4) ON CONFLICT (work_unit, device) DO NOTHING",
    )
    .bind(work_unit.as_str())
    .bind(device.to_string())
    .bind(to_json(problem))
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    query("UPDATE device SET refusals = refusals + 1 WHERE key = $1")
        .bind(device.to_string())
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Makes a unit ready for another worker after a failure; quarantines it when it failed on too
/// many. A unit that another submission is being audited for stays as it is.
pub(super) fn reopen_unit(tx: &mut Tx<'_>, work_unit: &WorkUnitId) -> Result<(), StoreError> {
    let row = query("SELECT COUNT(*) AS devices FROM unit_failure WHERE work_unit = $1")
        .bind(work_unit.as_str())
        .fetch_one(&mut *tx.conn)?;
    if !is_quarantined(number(&row, "devices")?) {
        return free_work(tx, work_unit, None);
    }
    query("UPDATE work_unit SET state = $2 WHERE id = $1 AND state IN ($3, $4)")
        .bind(work_unit.as_str())
        .bind(name_of(&WorkUnitState::Quarantined))
        .bind(name_of(&WorkUnitState::Ready))
        .bind(name_of(&WorkUnitState::Leased))
        .execute(&mut *tx.conn)?;
    Ok(())
}
