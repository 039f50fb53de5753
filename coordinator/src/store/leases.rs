//! Leases: work handed out for a time.

use std::net::IpAddr;
use std::time::Duration;

use woolgather_coordinator_core::leases::{self, Batch};
use woolgather_coordinator_core::trust::record::may_be_urgent;
use woolgather_protocol::limits::LEASES_MAX;
use woolgather_protocol::work::{LeaseRequest, Notice, WorkUnit};
use woolgather_protocol::{LeaseId, Problem, PublicKey, WorkUnitId};

use super::answers::find_lease;
use super::auditors::{Auditor, trusted_active};
use super::classes::settle_class;
use super::database::{Database, query};
use super::devices::{active_devices, tell_notices, touch};
use super::operators::banned;
use super::queue::{self, Candidate};
use super::records::{change_record, note_said, record};
use super::rows::{maybe_parsed, number, parsed};
use super::withheld;
use super::work::load_work;
use super::writer::Tx;
use super::{Store, StoreError};

/// How long a sweep is good for.
const SWEEP_EVERY_MS: i64 = 1_000;

/// How many of a device's last submissions its usual render time is taken from.
const RENDER_TIMES: i64 = 50;

/// What an operator decided about leases.
#[derive(Debug, Clone, Copy)]
pub struct LeaseTerms {
    /// The shortest term.
    pub term_min: Duration,
    /// How long an audit waits for a volunteer before the coordinator renders it.
    pub audit_patience: Duration,
}

/// One lease, its work not yet signed.
#[derive(Debug, Clone, PartialEq)]
pub struct LeasedWork {
    /// The lease's name.
    pub lease: LeaseId,
    /// What to do; the caller signs it.
    pub work: WorkUnit,
    /// How long the lease lasts from now, in whole seconds, at least 1.
    pub term_s: u32,
}

/// The answer to a worker that asks for work.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkForDevice {
    /// Leases it held already, then new ones; at most [`woolgather_protocol::limits::LEASES_MAX`].
    pub leases: Vec<LeasedWork>,
    /// When to ask again if there is none.
    pub retry_after_s: u32,
    /// News about earlier submissions; told once.
    pub notices: Vec<Notice>,
    /// Why it gets no new work, where it gets none.
    pub withheld: Option<Problem>,
}

impl Store {
    /// Gives a device its leases: those it still holds, then new ones until `request` is
    /// satisfied. Leases that have run out are freed first. `from` is the address it asks from.
    /// A device that never introduced itself is registered without a name. One that was found bad,
    /// or draws with a quarantined class, gets none.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn lease_work(
        &self,
        device: PublicKey,
        from: Option<IpAddr>,
        request: LeaseRequest,
        terms: LeaseTerms,
    ) -> Result<WorkForDevice, StoreError> {
        self.write(move |tx| lease_work(tx, device, from, &request, terms))
            .await
    }

    /// Gives a lease back: its work is ready for somebody else. Twice is harmless.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `unknown-lease` or `foreign-lease`.
    pub async fn give_back(&self, lease: LeaseId, device: PublicKey) -> Result<(), StoreError> {
        self.write(move |tx| give_back(tx, &lease, device)).await
    }

    /// Frees leases that have run out; returns how many. The sweeper calls it every few seconds.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        self.write(free_expired).await
    }
}

fn lease_work(
    tx: &mut Tx<'_>,
    device: PublicKey,
    from: Option<IpAddr>,
    request: &LeaseRequest,
    terms: LeaseTerms,
) -> Result<WorkForDevice, StoreError> {
    sweep_in_passing(tx)?;
    touch(tx, device)?;
    let said = note_said(tx, device, request, from)?;
    let active = active_devices(tx.conn, tx.now_ms)?;
    let mut batch = Batch::new(request);
    let mut held = held_leases(tx.conn, device)?;
    for lease in &held {
        batch.hold(lease.samples);
    }
    let class = said.drawing.fastest_class();
    let standing = settle_class(tx, class)?;
    let mut known = record(tx.conn, device, class)?;
    if known.bad_since_ms.is_some() {
        let now_ms = tx.now_ms;
        known = change_record(tx, device, class, |record| {
            record.readmit(now_ms);
            record.clone()
        })?;
    }
    let banned = banned(tx.conn, device)?;
    let withheld = withheld::why(banned.as_deref(), &known, standing, tx.now_ms);
    if withheld.is_none() {
        let p95_ms = render_p95_ms(tx, device)?;
        let trusted = trusted_active(tx.conn, tx.now_ms)?;
        let asking = queue::Asking {
            device,
            now_ms: tx.now_ms,
            may_retry_failed: leases::may_retry_failed(active.saturating_sub(1)),
            active_devices: active,
            may_be_urgent: may_be_urgent(known.standing(), trusted),
            auditor: Auditor::new(
                device,
                &said,
                &known,
                standing,
                tx.now_ms,
                terms.audit_patience,
            ),
        };
        for candidate in queue::choose(tx.conn, &asking, &mut batch)? {
            let usual = leases::usual_render(p95_ms, candidate.samples, request.samples_per_second);
            let before = u32::try_from(held.len()).unwrap_or(u32::MAX);
            let term = leases::term(usual, before, terms.term_min);
            held.extend(grant(tx, device, candidate, term)?);
        }
    }
    let notices = tell_notices(tx, device)?;
    let mut given = Vec::with_capacity(held.len());
    for lease in held {
        given.push(LeasedWork {
            work: load_work(tx.conn, &lease.work_unit, lease.audit.as_ref())?,
            term_s: term_s(lease.expires_ms - tx.now_ms),
            lease: lease.id,
        });
    }
    Ok(WorkForDevice {
        leases: given,
        retry_after_s: match withheld {
            Some(_) => leases::RETRY_MAX_S,
            None => leases::retry_after_s(active),
        },
        notices,
        withheld,
    })
}

/// A lease a device holds.
struct Held {
    id: LeaseId,
    work_unit: WorkUnitId,
    audit: Option<WorkUnitId>,
    samples: u64,
    expires_ms: i64,
}

fn held_leases(conn: &mut dyn Database, device: PublicKey) -> Result<Vec<Held>, StoreError> {
    let rows = query(
        "SELECT lease.id, lease.work_unit, lease.audit, lease.expires_ms,
                COALESCE(audit.samples, work_unit.samples) AS samples
         FROM lease
         JOIN work_unit ON work_unit.id = lease.work_unit
         LEFT JOIN audit ON audit.id = lease.audit
         WHERE lease.device = $1 AND lease.state = 'active'
         ORDER BY lease.leased_ms, lease.expires_ms LIMIT $2",
    )
    .bind(device.to_string())
    .bind(i64::from(LEASES_MAX))
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            Ok(Held {
                id: parsed(row, "id")?,
                work_unit: parsed(row, "work_unit")?,
                audit: maybe_parsed(row, "audit")?,
                samples: number(row, "samples")?,
                expires_ms: row.try_get("expires_ms")?,
            })
        })
        .collect()
}

fn render_p95_ms(tx: &mut Tx<'_>, device: PublicKey) -> Result<Option<u64>, StoreError> {
    if let Some(known) = tx.conn.memo().render_p95_ms(&device, tx.now_ms) {
        return Ok(known);
    }
    let rows =
        query("SELECT render_ms FROM submission WHERE device = $1 ORDER BY number DESC LIMIT $2")
            .bind(device.to_string())
            .bind(RENDER_TIMES)
            .fetch_all(tx.conn)?;
    let times: Result<Vec<u64>, _> = rows.iter().map(|row| number(row, "render_ms")).collect();
    let p95_ms = leases::p95_ms(&times?);
    tx.conn
        .memo()
        .remember_render_p95(device, tx.now_ms, p95_ms);
    Ok(p95_ms)
}

/// Leases what was chosen; `None` when somebody else has taken it since it was looked at.
fn grant(
    tx: &mut Tx<'_>,
    device: PublicKey,
    candidate: Candidate,
    term: Duration,
) -> Result<Option<Held>, StoreError> {
    let (leased, id) = match &candidate.audit {
        Some(audit) => (
            "UPDATE audit SET state = 'leased' WHERE id = $1 AND state = 'waiting'",
            audit,
        ),
        None => (
            "UPDATE work_unit SET state = 'leased' WHERE id = $1 AND state IN ('ready', 'leased')",
            &candidate.work_unit,
        ),
    };
    if query(leased).bind(id.as_str()).execute(&mut *tx.conn)? == 0 {
        return Ok(None);
    }
    let term_ms = i64::try_from(term.as_millis()).unwrap_or(i64::MAX);
    let held = Held {
        id: LeaseId::from_random(tx.random()),
        work_unit: candidate.work_unit,
        audit: candidate.audit,
        samples: candidate.samples,
        expires_ms: tx.now_ms.saturating_add(term_ms),
    };
    query(
        "INSERT INTO lease (id, device, work_unit, audit, leased_ms, expires_ms, state)
         VALUES ($1, $2, $3, $4, $5, $6, 'active')",
    )
    .bind(held.id.as_str())
    .bind(device.to_string())
    .bind(held.work_unit.as_str())
    .bind(held.audit.as_ref().map(WorkUnitId::as_str))
    .bind(tx.now_ms)
    .bind(held.expires_ms)
    .execute(&mut *tx.conn)?;
    Ok(Some(held))
}

fn give_back(tx: &mut Tx<'_>, lease: &LeaseId, device: PublicKey) -> Result<(), StoreError> {
    let found = find_lease(tx.conn, lease, device)?;
    query("UPDATE lease SET state = 'returned' WHERE id = $1 AND state = 'active'")
        .bind(lease.as_str())
        .execute(&mut *tx.conn)?;
    free_work(tx, &found.work_unit, found.audit.as_ref())
}

/// Frees leases that have run out, at most once a second: the sweeper does it too, and looking for
/// them at every request costs more than it finds.
fn sweep_in_passing(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let swept_ms = tx.conn.memo().swept_ms;
    let fresh = swept_ms.is_some_and(|swept| (swept..swept + SWEEP_EVERY_MS).contains(&tx.now_ms));
    if !fresh {
        tx.conn.memo().swept_ms = Some(tx.now_ms);
        free_expired(tx)?;
    }
    Ok(())
}

fn free_expired(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let rows = query(
        "UPDATE lease SET state = 'expired' WHERE state = 'active' AND expires_ms <= $1
         RETURNING work_unit, audit",
    )
    .bind(tx.now_ms)
    .fetch_all(&mut *tx.conn)?;
    for row in &rows {
        let audit: Option<WorkUnitId> = maybe_parsed(row, "audit")?;
        free_work(tx, &parsed(row, "work_unit")?, audit.as_ref())?;
    }
    Ok(rows.len() as u64)
}

/// Makes leased work ready again, unless another lease on it is still active.
pub(super) fn free_work(
    tx: &mut Tx<'_>,
    work_unit: &WorkUnitId,
    audit: Option<&WorkUnitId>,
) -> Result<(), StoreError> {
    let (free, id) = match audit {
        Some(audit) => (
            "UPDATE audit SET state = 'waiting' WHERE id = $1 AND state = 'leased'
             AND NOT EXISTS (SELECT 1 FROM lease
                             WHERE lease.audit = $1 AND lease.state = 'active')",
            audit,
        ),
        None => (
            "UPDATE work_unit SET state = 'ready' WHERE id = $1 AND state = 'leased'
             AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.work_unit = $1
                             AND lease.audit IS NULL AND lease.state = 'active')",
            work_unit,
        ),
    };
    query(free).bind(id.as_str()).execute(&mut *tx.conn)?;
    tx.conn.memo().auditing.audits_changed |= audit.is_some();
    Ok(())
}

/// Whole seconds, rounded up, at least one.
fn term_s(term_ms: i64) -> u32 {
    let seconds = term_ms.max(1).cast_unsigned().div_ceil(1000);
    u32::try_from(seconds).unwrap_or(u32::MAX)
}
