//! Devices: who renders, under which name, and what each must be told.

use woolgather_coordinator_core::leases::ACTIVE_MS;
use woolgather_protocol::info::Device;
use woolgather_protocol::limits::clean_name;
use woolgather_protocol::work::Notice;
use woolgather_protocol::{Problem, PublicKey, WorkUnitId};

use super::database::{Database, query};
use super::ledger::waiting;
use super::rows::{json, number, parsed, to_json};
use super::writer::Tx;
use super::{Store, StoreError};

/// A device without a name is shown under this one.
pub(super) const ANONYMOUS: &str = "anonymous";

impl Store {
    /// Registers a device, or changes its volunteer's name (cleaned with
    /// [`woolgather_protocol::limits::clean_name`]).
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn register_device(
        &self,
        device: PublicKey,
        volunteer: &str,
    ) -> Result<Device, StoreError> {
        let volunteer = clean_name(volunteer);
        self.write(move |tx| register(tx, device, volunteer)).await
    }

    /// What is known of a device; `None` when it never introduced itself.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn device(&self, device: PublicKey) -> Result<Option<Device>, StoreError> {
        self.read(move |conn| find_device(conn, device)).await
    }
}

fn register(tx: &mut Tx<'_>, device: PublicKey, volunteer: String) -> Result<Device, StoreError> {
    // Introducing itself does not make a device active: it may only play, and audits must not
    // wait for it.
    query(
        "INSERT INTO device (key, volunteer, first_seen_ms, last_seen_ms) VALUES ($1, $2, $3, 0)
         ON CONFLICT (key) DO UPDATE SET volunteer = excluded.volunteer",
    )
    .bind(device.to_string())
    .bind(volunteer)
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    let found = find_device(tx.conn, device)?;
    found.ok_or_else(|| StoreError::not_found("device", device))
}

fn find_device(conn: &mut dyn Database, device: PublicKey) -> Result<Option<Device>, StoreError> {
    let row = query("SELECT volunteer, accepted_units, credit FROM device WHERE key = $1")
        .bind(device.to_string())
        .fetch_optional(&mut *conn)?;
    let Some(row) = row else { return Ok(None) };
    let (waiting_units, escrow) = waiting(conn, device)?;
    Ok(Some(Device {
        key: device,
        volunteer: row.try_get("volunteer")?,
        accepted_units: number(&row, "accepted_units")?,
        credit: number(&row, "credit")?,
        waiting_units,
        escrow,
    }))
}

/// A device that was seen this short a time ago is not written down again.
const SEEN_AGAIN_MS: i64 = ACTIVE_MS / 12;

/// Notes that a device works; one that never introduced itself is registered without a name.
pub(super) fn touch(tx: &mut Tx<'_>, device: PublicKey) -> Result<(), StoreError> {
    query(
        "INSERT INTO device (key, volunteer, first_seen_ms, last_seen_ms) VALUES ($1, '', $2, $2)
         ON CONFLICT (key) DO UPDATE SET last_seen_ms = excluded.last_seen_ms
         WHERE device.last_seen_ms <= excluded.last_seen_ms - $3",
    )
    .bind(device.to_string())
    .bind(tx.now_ms)
    .bind(SEEN_AGAIN_MS)
    .execute(&mut *tx.conn)?;
    Ok(())
}

/// Up to this many devices are counted every time: it is quick, and one more or less decides what is
/// done. Many are counted once in a while: one more or less decides nothing.
const FEW_DEVICES: u64 = 64;
const COUNT_GOOD_MS: i64 = 1_000;

/// How many devices asked for work or handed some in lately.
pub(super) fn active_devices(conn: &mut dyn Database, now_ms: i64) -> Result<u64, StoreError> {
    if let Some((counted_ms, active)) = conn.memo().active_devices
        && active > FEW_DEVICES
        && (counted_ms..counted_ms + COUNT_GOOD_MS).contains(&now_ms)
    {
        return Ok(active);
    }
    let row = query("SELECT COUNT(*) AS active FROM device WHERE last_seen_ms > $1")
        .bind(now_ms - ACTIVE_MS)
        .fetch_one(conn)?;
    let active = number(&row, "active")?;
    conn.memo().active_devices = Some((now_ms, active));
    Ok(active)
}

/// Leaves a notice for a device.
pub(super) fn notify(
    tx: &mut Tx<'_>,
    device: PublicKey,
    work_unit: &WorkUnitId,
    problem: &Problem,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO notice (number, device, work_unit, problem, made_ms)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM notice), $1, $2, $3, $4)",
    )
    .bind(device.to_string())
    .bind(work_unit.as_str())
    .bind(to_json(problem))
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    Ok(())
}

/// A device's notices, which are told by this.
pub(super) fn tell_notices(tx: &mut Tx<'_>, device: PublicKey) -> Result<Vec<Notice>, StoreError> {
    let rows = query(
        "UPDATE notice SET told_ms = $2 WHERE device = $1 AND told_ms IS NULL
         RETURNING work_unit, problem",
    )
    .bind(device.to_string())
    .bind(tx.now_ms)
    .fetch_all(&mut *tx.conn)?;
    rows.iter()
        .map(|row| {
            Ok(Notice {
                work_unit: parsed(row, "work_unit")?,
                problem: json(row, "problem")?,
            })
        })
        .collect()
}
