//! What follows from audits: a unit is accepted and paid, or opened again, or given up.

use woolgather_coordinator_core::audits::is_quarantined;
use woolgather_coordinator_core::credit::credit_for;
use woolgather_coordinator_core::trust::referee::{draws_reaudit, reaudit_frames};
use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::{Problem, PublicKey, WorkUnitId};

use super::answers::unit_state;
use super::audits::{Audited, Purpose, plan_audit, take_over};
use super::database::query;
use super::devices::notify;
use super::jobs::enqueue;
use super::leases::free_work;
use super::ledger::pay;
use super::rows::{name_of, number, parsed, to_json};
use super::writer::Tx;
use super::{ClipState, Job, StoreError};

/// Accepts the submission if none of its audits is open: unit, credit and perhaps the clip.
/// Returns the unit's state.
pub(super) fn accept_if_audited(
    tx: &mut Tx<'_>,
    submission: i64,
) -> Result<WorkUnitState, StoreError> {
    let row = query(
        "SELECT work_unit, device, class, state,
                (SELECT COUNT(*) FROM audit
                 WHERE audit.submission = submission.number AND audit.state <> 'passed') AS open
         FROM submission WHERE number = $1",
    )
    .bind(submission)
    .fetch_one(&mut *tx.conn)?;
    let work_unit: WorkUnitId = parsed(&row, "work_unit")?;
    if row.try_get::<&str>("state")? != "auditing" || row.try_get::<i64>("open")? > 0 {
        return unit_state(tx.conn, &work_unit);
    }
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
    let drawn_with = (parsed(&row, "device")?, row.try_get("class")?);
    pay(tx, &work_unit, drawn_with, credit)?;
    finish_clip(tx, unit.try_get("clip")?, number(&unit, "clip_version")?)?;
    if draws_reaudit(tx.rng) {
        plan_reaudit(tx, submission)?;
    }
    Ok(WorkUnitState::Accepted)
}

/// Draws the referee's second look at an accepted submission.
fn plan_reaudit(tx: &mut Tx<'_>, submission: i64) -> Result<(), StoreError> {
    let rows = query(
        "SELECT audit.frame - work_unit.first_frame AS place
         FROM audit JOIN work_unit ON work_unit.id = audit.work_unit WHERE audit.submission = $1",
    )
    .bind(submission)
    .fetch_all(&mut *tx.conn)?;
    let audited: Result<Vec<u32>, _> = rows.iter().map(|row| number(row, "place")).collect();
    let of = Audited::load(tx.conn, submission)?;
    for frame in reaudit_frames(of.frame_count, &audited?, tx.rng) {
        let audit = plan_audit(tx, &of, frame, Purpose::Sample, None)?;
        take_over(tx, &audit)?;
    }
    Ok(())
}

/// Sends the clip to joining when its last unit was accepted; exactly once.
pub(super) fn finish_clip(tx: &mut Tx<'_>, clip: &str, version: u32) -> Result<(), StoreError> {
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

/// Refuses a submission that was not accepted yet: its audits are dropped, its device is told, its
/// unit is rendered again.
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
pub(super) fn drop_audits(tx: &mut Tx<'_>, submission: i64) -> Result<(), StoreError> {
    query(
        "UPDATE audit SET state = 'dropped'
         WHERE submission = $1 AND state NOT IN ('passed', 'failed')",
    )
    .bind(submission)
    .execute(&mut *tx.conn)?;
    tx.conn.memo().auditing.audits_changed = true;
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
