//! Devices, and the nonces that make a signed request good once.

use sqlx::{Row, SqliteConnection};
use woolgather_coordinator_core::leases::ACTIVE_MS;
use woolgather_protocol::info::Device;
use woolgather_protocol::limits::clean_name;
use woolgather_protocol::signing::{CLOCK_SKEW_MAX_MS, Nonce};
use woolgather_protocol::work::Notice;
use woolgather_protocol::{Problem, ProblemKind, PublicKey, WorkUnitId};

use super::rows::{json, number, parsed, to_json};
use super::writer::Tx;
use super::{Store, StoreError};

/// A device without a name is shown under this one.
pub(super) const ANONYMOUS: &str = "anonymous";

/// What [`Store::use_nonce`] looks at, from the headers of a request whose signature fits.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest {
    /// Who signed.
    pub device: PublicKey,
    /// When, by the sender's clock.
    pub time_ms: i64,
    /// The sixteen random bytes.
    pub nonce: Nonce,
}

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
        self.write(move |tx| Box::pin(register(tx, device, volunteer)))
            .await
    }

    /// What is known of a device; `None` when it never introduced itself.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn device(&self, device: PublicKey) -> Result<Option<Device>, StoreError> {
        find_device(&mut *self.read().await?, device).await
    }

    /// Spends a request's nonce, durably. Call it after the signature was found to fit.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `stale-signature` (time too far from ours) or
    /// `replayed-signature` (seen before, also before a restart).
    pub async fn use_nonce(&self, request: SignedRequest) -> Result<(), StoreError> {
        let apart_ms = request.time_ms.abs_diff(self.now_ms());
        if apart_ms > CLOCK_SKEW_MAX_MS.unsigned_abs() {
            let detail = format!("The request's time is {} s from ours.", apart_ms / 1000);
            return Err(StoreError::refused(ProblemKind::StaleSignature, detail));
        }
        self.write(move |tx| Box::pin(spend(tx, request))).await
    }
}

async fn spend(tx: Tx<'_>, request: SignedRequest) -> Result<(), StoreError> {
    let spent = sqlx::query(
        "INSERT INTO nonce (device, nonce, time_ms) VALUES ($1, $2, $3)
         ON CONFLICT (device, nonce) DO NOTHING",
    )
    .bind(request.device.to_string())
    .bind(request.nonce.to_string())
    .bind(request.time_ms)
    .execute(tx.conn)
    .await?;
    if spent.rows_affected() == 0 {
        let detail = "This request was already made; sign a fresh one.";
        return Err(StoreError::refused(ProblemKind::ReplayedSignature, detail));
    }
    Ok(())
}

/// Forgets nonces that no request could use any more, because its time would be refused.
pub(super) async fn forget_nonces(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM nonce WHERE time_ms < $1")
        .bind(tx.now_ms - CLOCK_SKEW_MAX_MS)
        .execute(&mut *tx.conn)
        .await?;
    Ok(())
}

async fn register(
    mut tx: Tx<'_>,
    device: PublicKey,
    volunteer: String,
) -> Result<Device, StoreError> {
    touch(&mut tx, device).await?;
    sqlx::query("UPDATE device SET volunteer = $2 WHERE key = $1")
        .bind(device.to_string())
        .bind(volunteer)
        .execute(&mut *tx.conn)
        .await?;
    let found = find_device(tx.conn, device).await?;
    found.ok_or_else(|| StoreError::not_found("device", device))
}

async fn find_device(
    conn: &mut SqliteConnection,
    device: PublicKey,
) -> Result<Option<Device>, StoreError> {
    let row = sqlx::query("SELECT volunteer, accepted_units, credit FROM device WHERE key = $1")
        .bind(device.to_string())
        .fetch_optional(conn)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Device {
        key: device,
        volunteer: row.try_get("volunteer")?,
        accepted_units: number(&row, "accepted_units")?,
        credit: number(&row, "credit")?,
    }))
}

/// Notes that a device is there; one that never introduced itself is registered without a name.
pub(super) async fn touch(tx: &mut Tx<'_>, device: PublicKey) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO device (key, volunteer, first_seen_ms, last_seen_ms) VALUES ($1, '', $2, $2)
         ON CONFLICT (key) DO UPDATE SET last_seen_ms = excluded.last_seen_ms",
    )
    .bind(device.to_string())
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)
    .await?;
    Ok(())
}

/// How many devices asked for work or handed some in lately.
pub(super) async fn active_devices(
    conn: &mut SqliteConnection,
    now_ms: i64,
) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS active FROM device WHERE last_seen_ms > $1")
        .bind(now_ms - ACTIVE_MS)
        .fetch_one(conn)
        .await?;
    number(&row, "active")
}

/// Leaves a notice for a device.
pub(super) async fn notify(
    tx: &mut Tx<'_>,
    device: PublicKey,
    work_unit: &WorkUnitId,
    problem: &Problem,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO notice (number, device, work_unit, problem, made_ms)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM notice), $1, $2, $3, $4)",
    )
    .bind(device.to_string())
    .bind(work_unit.as_str())
    .bind(to_json(problem))
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)
    .await?;
    Ok(())
}

/// A device's notices, which are told by this.
pub(super) async fn tell_notices(
    tx: &mut Tx<'_>,
    device: PublicKey,
) -> Result<Vec<Notice>, StoreError> {
    let rows = sqlx::query(
        "UPDATE notice SET told_ms = $2 WHERE device = $1 AND told_ms IS NULL
         RETURNING work_unit, problem",
    )
    .bind(device.to_string())
    .bind(tx.now_ms)
    .fetch_all(&mut *tx.conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Notice {
                work_unit: parsed(row, "work_unit")?,
                problem: json(row, "problem")?,
            })
        })
        .collect()
}
