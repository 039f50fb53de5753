//! Credit: what units earned, in a ledger whose rows are only added.
//!
//! The table `credit` says what a unit is worth now and to whom; its key keeps a unit from being
//! paid twice. The table `ledger` says how that came about. A device's sum is what its rows of the
//! ledger add up to.

use woolgather_coordinator_core::credit::{ESCROW_UNITS, in_escrow};
use woolgather_protocol::{PublicKey, WorkUnitId};

use super::StoreError;
use super::database::query;
use super::records::{change_record, record};
use super::rows::{parsed, stored};
use super::writer::Tx;

/// Why a row of the ledger was written.
#[derive(Debug, Clone, Copy)]
enum Reason {
    /// The unit was accepted.
    Earned,
    /// Its segment was quarantined, or it lay in escrow when its device was found bad.
    Voided,
    /// The escrow of a device whose class was at fault.
    Restored,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Self::Earned => "earned",
            Self::Voided => "voided",
            Self::Restored => "restored",
        }
    }

    /// How often the unit's credit is added to its device's.
    fn sign(self) -> i64 {
        match self {
            Self::Earned | Self::Restored => 1,
            Self::Voided => -1,
        }
    }
}

/// Writes what a unit earned, once, and the device's sums with it.
pub(super) fn pay(
    tx: &mut Tx<'_>,
    work_unit: &WorkUnitId,
    (device, class): (PublicKey, i64),
    credit: u64,
) -> Result<(), StoreError> {
    let before = record(tx.conn, device, class)?.units_of_probation();
    let paid = query(
        "INSERT INTO credit (work_unit, device, class, credit, escrow, earned_ms)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (work_unit) DO NOTHING",
    )
    .bind(work_unit.as_str())
    .bind(device.to_string())
    .bind(class)
    .bind(stored(credit))
    .bind(i64::from(in_escrow(before)))
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    if paid == 0 {
        return Ok(());
    }
    change_record(tx, device, class, |record| record.accepted_units += 1)?;
    query("UPDATE device SET accepted_units = accepted_units + 1 WHERE key = $1")
        .bind(device.to_string())
        .execute(&mut *tx.conn)?;
    write(tx, work_unit, device, stored(credit), Reason::Earned)?;
    if before + 1 == ESCROW_UNITS {
        query("UPDATE credit SET escrow = 0 WHERE device = $1 AND class = $2 AND voided = 0")
            .bind(device.to_string())
            .bind(class)
            .execute(&mut *tx.conn)?;
    }
    Ok(())
}

/// Takes back what a unit earned, once.
pub(super) fn void(tx: &mut Tx<'_>, work_unit: &WorkUnitId) -> Result<(), StoreError> {
    let voided = query(
        "UPDATE credit SET voided = 1 WHERE work_unit = $1 AND voided = 0
         RETURNING device, credit",
    )
    .bind(work_unit.as_str())
    .fetch_optional(&mut *tx.conn)?;
    let Some(row) = voided else { return Ok(()) };
    let device = parsed(&row, "device")?;
    write(
        tx,
        work_unit,
        device,
        row.try_get("credit")?,
        Reason::Voided,
    )
}

/// Takes back what lies in escrow for a device.
pub(super) fn void_escrow(tx: &mut Tx<'_>, device: PublicKey) -> Result<(), StoreError> {
    let rows = query(
        "SELECT credit.work_unit FROM credit JOIN work_unit ON work_unit.id = credit.work_unit
         WHERE credit.device = $1 AND credit.escrow = 1 AND credit.voided = 0
         ORDER BY work_unit.submission",
    )
    .bind(device.to_string())
    .fetch_all(&mut *tx.conn)?;
    for row in &rows {
        void(tx, &parsed(row, "work_unit")?)?;
    }
    Ok(())
}

/// Gives back what was taken of a device's units that are still accepted.
pub(super) fn restore(tx: &mut Tx<'_>, device: PublicKey) -> Result<(), StoreError> {
    let rows = query(
        "SELECT credit.work_unit, credit.credit
         FROM credit JOIN work_unit ON work_unit.id = credit.work_unit
         WHERE credit.device = $1 AND credit.voided = 1 AND work_unit.state = 'accepted'
         ORDER BY work_unit.submission",
    )
    .bind(device.to_string())
    .fetch_all(&mut *tx.conn)?;
    for row in &rows {
        let work_unit: WorkUnitId = parsed(row, "work_unit")?;
        query("UPDATE credit SET voided = 0 WHERE work_unit = $1")
            .bind(work_unit.as_str())
            .execute(&mut *tx.conn)?;
        write(
            tx,
            &work_unit,
            device,
            row.try_get("credit")?,
            Reason::Restored,
        )?;
    }
    Ok(())
}

fn write(
    tx: &mut Tx<'_>,
    work_unit: &WorkUnitId,
    device: PublicKey,
    credit: i64,
    reason: Reason,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO ledger (number, work_unit, device, credit, reason, written_ms)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM ledger), $1, $2, $3, $4, $5)",
    )
    .bind(work_unit.as_str())
    .bind(device.to_string())
    .bind(credit)
    .bind(reason.as_str())
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    query("UPDATE device SET credit = credit + $2 WHERE key = $1")
        .bind(device.to_string())
        .bind(reason.sign() * credit)
        .execute(&mut *tx.conn)?;
    Ok(())
}

/// Makes every device's sum again from the ledger; returns how many were wrong.
pub(super) fn recount(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let recounted = query(
        "UPDATE device SET credit = summed.credit
         FROM (SELECT device.key AS device,
                      CAST(COALESCE(SUM(CASE ledger.reason WHEN 'voided' THEN -ledger.credit
                                                           ELSE ledger.credit END), 0)
                           AS BIGINT) AS credit
               FROM device LEFT JOIN ledger ON ledger.device = device.key
               GROUP BY device.key) AS summed
         WHERE summed.device = device.key AND summed.credit <> device.credit",
    );
    Ok(recounted.execute(tx.conn)?)
}
