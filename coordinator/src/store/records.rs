//! What is known of a device with each class it draws with, and what it draws with now.

use std::net::IpAddr;

use woolgather_coordinator_core::trust::{DriverClass, Record, Suspicion};
use woolgather_protocol::PublicKey;
use woolgather_protocol::work::{DeviceKind, LeaseRequest};

use super::StoreError;
use super::classes::class_number;
use super::database::{Database, Row, query};
use super::effects::network_prefix;
use super::rows::{number, parsed, stored};
use super::writer::Tx;

/// What a device draws with, by the numbers of the classes, and where it asks from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drawing {
    pub(super) processor: i64,
    pub(super) card: Option<i64>,
    pub(super) fastest: DeviceKind,
    pub(super) network: String,
}

impl Drawing {
    /// As a row of the table `device` says it.
    pub(super) fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            processor: row.try_get("processor")?,
            card: row.try_get("card")?,
            fastest: parsed(row, "fastest")?,
            network: row.try_get("network")?,
        })
    }

    /// The class when it draws with this kind.
    pub(super) fn class_of(&self, kind: DeviceKind) -> i64 {
        match (kind, self.card) {
            (DeviceKind::Gpu, Some(card)) => card,
            _ => self.processor,
        }
    }

    /// The class it is fastest with.
    pub(super) fn fastest_class(&self) -> i64 {
        self.class_of(self.fastest)
    }
}

/// What a device draws with, as it said last.
pub(super) fn drawing_of(
    conn: &mut dyn Database,
    device: PublicKey,
) -> Result<Drawing, StoreError> {
    let row = query("SELECT processor, card, fastest, network FROM device WHERE key = $1")
        .bind(device.to_string())
        .fetch_one(conn)?;
    Drawing::of(&row)
}

/// Notes what a registered device says it draws with and where it asks from; returns both.
pub(super) fn note_drawing(
    tx: &mut Tx<'_>,
    device: PublicKey,
    request: &LeaseRequest,
    from: Option<IpAddr>,
) -> Result<Drawing, StoreError> {
    let known = match tx.conn.memo().drawing(&device) {
        Some(drawing) => drawing,
        None => drawing_of(tx.conn, device)?,
    };
    let mut drawing = known.clone();
    drawing.network = network_of(tx.conn, from)?;
    let mut fastest = f64::NEG_INFINITY;
    for drawn in &request.devices {
        let class = class_number(tx, &DriverClass::of(drawn.kind, &drawn.name))?;
        match drawn.kind {
            DeviceKind::Cpu => drawing.processor = class,
            DeviceKind::Gpu => drawing.card = Some(class),
        }
        if drawn.samples_per_second > fastest {
            fastest = drawn.samples_per_second;
            drawing.fastest = drawn.kind;
        }
    }
    if drawing != known {
        query(
            "UPDATE device SET processor = $2, card = $3, fastest = $4, network = $5
             WHERE key = $1",
        )
        .bind(device.to_string())
        .bind(drawing.processor)
        .bind(drawing.card)
        .bind(drawing.fastest.as_str())
        .bind(&drawing.network)
        .execute(&mut *tx.conn)?;
    }
    tx.conn.memo().remember_drawing(device, drawing.clone());
    Ok(drawing)
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
