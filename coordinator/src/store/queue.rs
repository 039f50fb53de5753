//! The queue: what a device gets next, in the order of `woolgather_coordinator_core::leases`.

use woolgather_coordinator_core::leases::{Batch, end_of_clip, is_slow};
use woolgather_protocol::{PublicKey, WorkUnitId};

use super::StoreError;
use super::auditors::{Auditor, WaitingAudit, audits_for};
use super::database::{Database, query};
use super::rows::{number, parsed};

/// How many slow units are looked at before it is said that there is nothing.
const SLOW_MAX: i64 = 32;

/// Work a device could be given.
pub(super) struct Candidate {
    pub(super) work_unit: WorkUnitId,
    /// The audit, if it is one of the unit's frames.
    pub(super) audit: Option<WorkUnitId>,
    pub(super) samples: u64,
}

/// Who asks, and when.
pub(super) struct Asking {
    pub(super) device: PublicKey,
    pub(super) now_ms: i64,
    /// It may have units again that it failed on, because nobody else is there.
    pub(super) may_retry_failed: bool,
    /// Devices at work, this one included. A unit that as many have failed on is anybody's again.
    pub(super) active_devices: u64,
    /// It may have what is urgent: posters, and slow units a second time.
    pub(super) may_be_urgent: bool,
    /// What decides which audits it may have.
    pub(super) auditor: Auditor,
}

/// The next work for a device, as much of it as fits into `batch`.
pub(super) fn choose(
    conn: &mut dyn Database,
    asking: &Asking,
    batch: &mut Batch,
) -> Result<Vec<Candidate>, StoreError> {
    let mut chosen = Vec::new();
    if batch.room() == 0 {
        return Ok(chosen);
    }
    let mut candidates = audits(conn, asking, batch.room())?;
    candidates.extend(ready_units(conn, asking, batch.room())?);
    for candidate in candidates {
        if !batch.add(candidate.samples) {
            return Ok(chosen);
        }
        chosen.push(candidate);
    }
    if batch.is_empty()
        && asking.may_be_urgent
        && let Some(slow) = slow_unit(conn, asking)?
        && batch.add(slow.samples)
    {
        chosen.push(slow);
    }
    Ok(chosen)
}

/// Audits that wait and that the device may have.
fn audits(
    conn: &mut dyn Database,
    asking: &Asking,
    limit: u32,
) -> Result<Vec<Candidate>, StoreError> {
    let taken = audits_for(conn, &asking.auditor, limit as usize)?;
    let candidate = |audit: WaitingAudit| Candidate {
        work_unit: audit.work_unit,
        audit: Some(audit.id),
        samples: audit.samples,
    };
    Ok(taken.into_iter().map(candidate).collect())
}

fn ready_units(
    conn: &mut dyn Database,
    asking: &Asking,
    limit: u32,
) -> Result<Vec<Candidate>, StoreError> {
    let rows = query(
        "SELECT id, samples FROM work_unit
         WHERE state = 'ready' AND queue_rank >= $5
           AND ($2 = 1
                OR NOT EXISTS (SELECT 1 FROM unit_failure
                               WHERE unit_failure.work_unit = work_unit.id
                                 AND unit_failure.device = $1)
                OR (SELECT COUNT(*) FROM unit_failure
                    WHERE unit_failure.work_unit = work_unit.id) >= $4)
         ORDER BY queue_rank, clip_number, segment LIMIT $3",
    )
    .bind(asking.device.to_string())
    .bind(i64::from(asking.may_retry_failed))
    .bind(i64::from(limit))
    .bind(i64::try_from(asking.active_devices).unwrap_or(i64::MAX))
    .bind(i64::from(!asking.may_be_urgent))
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            Ok(Candidate {
                work_unit: parsed(row, "id")?,
                audit: None,
                samples: number(row, "samples")?,
            })
        })
        .collect()
}

/// A unit at the end of a clip that one other device is slow with.
fn slow_unit(conn: &mut dyn Database, asking: &Asking) -> Result<Option<Candidate>, StoreError> {
    let rows = query(
        "SELECT work_unit.id, work_unit.samples, lease.leased_ms, lease.expires_ms, clip.segments,
                (SELECT COUNT(*) FROM work_unit AS other
                 WHERE other.clip = work_unit.clip
                   AND other.state IN ('ready', 'leased')) AS unfinished
         FROM work_unit
         JOIN clip ON clip.id = work_unit.clip
         JOIN lease ON lease.work_unit = work_unit.id AND lease.audit IS NULL
                   AND lease.state = 'active' AND lease.device <> $1
         WHERE work_unit.state = 'leased'
           AND NOT EXISTS (SELECT 1 FROM lease AS second
                           WHERE second.work_unit = work_unit.id AND second.audit IS NULL
                             AND second.state = 'active' AND second.id <> lease.id)
           AND NOT EXISTS (SELECT 1 FROM unit_failure
                           WHERE unit_failure.work_unit = work_unit.id
                             AND unit_failure.device = $1)
         ORDER BY work_unit.clip_number, work_unit.segment LIMIT $2",
    )
    .bind(asking.device.to_string())
    .bind(SLOW_MAX)
    .fetch_all(conn)?;
    for row in &rows {
        let unfinished: u32 = number(row, "unfinished")?;
        let at_the_end = unfinished <= end_of_clip(number(row, "segments")?);
        let leased_ms = row.try_get("leased_ms")?;
        let expires_ms = row.try_get("expires_ms")?;
        if at_the_end && is_slow(leased_ms, expires_ms, asking.now_ms) {
            return Ok(Some(Candidate {
                work_unit: parsed(row, "id")?,
                audit: None,
                samples: number(row, "samples")?,
            }));
        }
    }
    Ok(None)
}
