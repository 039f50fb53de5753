//! What is known of a device with each class it draws with, and what it draws with now.

use std::net::IpAddr;

use woolgather_coordinator_core::trust::{Drawing, Record, Suspicion};
use woolgather_protocol::PublicKey;
use woolgather_protocol::work::LeaseRequest;

use super::StoreError;
use super::classes::class_number;
use super::database::{Database, Row, query};
use super::effects::network_prefix;
use super::rows::{number, parsed, stored};
use super::writer::Tx;

/// What a device said last: what it draws with, by the numbers of the classes, and where it asked
/// from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) drawing: Drawing<i64>,
    /// A keyed hash; empty where it is not known.
    pub(super) network: String,
}

impl Said {
    /// As a row of the table `device` says it.
    pub(super) fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            drawing: Drawing {
                processor: row.try_get("processor")?,
                card: row.try_get("card")?,
                fastest: parsed(row, "fastest")?,
            },
            network: row.try_get("network")?,
        })
    }
}

/// What a device said last.
pub(super) fn said_by(conn: &mut dyn Database, device: PublicKey) -> Result<Said, StoreError> {
    let row = query("SELECT processor, card, fastest, network FROM device WHERE key = $1")
        .bind(device.to_string())
        .fetch_one(conn)?;
    Said::of(&row)
}

/// Notes what a registered device says it draws with and where it asks from; returns both.
pub(super) fn note_said(
    tx: &mut Tx<'_>,
    device: PublicKey,
    request: &LeaseRequest,
    from: Option<IpAddr>,
) -> Result<Said, StoreError> {
    let known = match tx.conn.memo().said_by(&device) {
        Some(said) => said,
        None => said_by(tx.conn, device)?,
    };
    let said = Said {
        drawing: known
            .drawing
            .after(request, |class| class_number(tx, class))?,
        network: network_of(tx.conn, from)?,
    };
    if said != known {
        query(
            "UPDATE device SET processor = $2, card = $3, fastest = $4, network = $5
             WHERE key = $1",
        )
        .bind(device.to_string())
        .bind(said.drawing.processor)
        .bind(said.drawing.card)
        .bind(said.drawing.fastest.as_str())
        .bind(&said.network)
        .execute(&mut *tx.conn)?;
    }
    tx.conn.memo().remember_said(device, said.clone());
    Ok(said)
}

/// A keyed hash of a device's network: enough to keep neighbours from auditing each other, too
/// little to find anybody by. Empty without an address, and on the machine itself.
fn network_of(conn: &mut dyn Database, from: Option<IpAddr>) -> Result<String, StoreError> {
    let Some(address) = from.filter(|address| !address.is_loopback()) else {
        return Ok(String::new());
    };
    let key = match conn.memo().network_key.clone() {
        Some(key) => key,
        None => {
            let row = query("SELECT network_key FROM flock").fetch_one(&mut *conn)?;
            let key: String = row.try_get("network_key")?;
            conn.memo().network_key = Some(key.clone());
            key
        }
    };
    let mut hasher = blake3::Hasher::new_derive_key("woolgather 2026 network of a device");
    hasher.update(key.as_bytes());
    hasher.update(&network_prefix(address));
    Ok(hasher.finalize().to_hex()[..32].to_owned())
}

/// What is known of a device with a class; a blank record where nothing is.
pub(super) fn record(
    conn: &mut dyn Database,
    device: PublicKey,
    class: i64,
) -> Result<Record, StoreError> {
    let row = query("SELECT * FROM record WHERE device = $1 AND class = $2")
        .bind(device.to_string())
        .bind(class)
        .fetch_optional(conn)?;
    row.as_ref()
        .map_or_else(|| Ok(Record::default()), record_of)
}

/// A row of the table `record`, or of a join that found none.
pub(super) fn record_of(row: &Row) -> Result<Record, StoreError> {
    if row.try_get::<Option<i64>>("accepted_units")?.is_none() {
        return Ok(Record::default());
    }
    Ok(Record {
        accepted_units: number(row, "accepted_units")?,
        probation_from: number(row, "probation_from")?,
        audits_passed: number(row, "audits_passed")?,
        audit_faults: number(row, "audit_faults")?,
        refusals: number(row, "refusals")?,
        suspicion: Suspicion::from_milli(row.try_get("suspicion")?),
        audit_suspicion: Suspicion::from_milli(row.try_get("audit_suspicion")?),
        failed_checks: number(row, "failed_checks")?,
        paused_until_ms: row.try_get("paused_until_ms")?,
        found_bad: number(row, "found_bad")?,
        bad_since_ms: row.try_get("bad_since_ms")?,
    })
}

/// Changes what is known of a device with a class; writes it down if it changed.
pub(super) fn change_record<T>(
    tx: &mut Tx<'_>,
    device: PublicKey,
    class: i64,
    change: impl FnOnce(&mut Record) -> T,
) -> Result<T, StoreError> {
    let before = record(tx.conn, device, class)?;
    let mut after = before.clone();
    let outcome = change(&mut after);
    if after != before {
        save(tx, device, class, &after)?;
    }
    Ok(outcome)
}

fn save(tx: &mut Tx<'_>, device: PublicKey, class: i64, record: &Record) -> Result<(), StoreError> {
    query(
        "INSERT INTO record (device, class, accepted_units, probation_from, audits_passed,
                             audit_faults, refusals, suspicion, audit_suspicion, failed_checks,
                             paused_until_ms, found_bad, bad_since_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (device, class) DO UPDATE SET
             accepted_units = excluded.accepted_units, probation_from = excluded.probation_from,
             audits_passed = excluded.audits_passed, audit_faults = excluded.audit_faults,
             refusals = excluded.refusals, suspicion = excluded.suspicion,
             audit_suspicion = excluded.audit_suspicion, failed_checks = excluded.failed_checks,
             paused_until_ms = excluded.paused_until_ms, found_bad = excluded.found_bad,
             bad_since_ms = excluded.bad_since_ms",
    )
    .bind(device.to_string())
    .bind(class)
    .bind(stored(record.accepted_units))
    .bind(stored(record.probation_from))
    .bind(stored(record.audits_passed))
    .bind(stored(record.audit_faults))
    .bind(stored(record.refusals))
    .bind(record.suspicion.milli())
    .bind(record.audit_suspicion.milli())
    .bind(i64::from(record.failed_checks))
    .bind(record.paused_until_ms)
    .bind(i64::from(record.found_bad))
    .bind(record.bad_since_ms)
    .execute(&mut *tx.conn)?;
    Ok(())
}
