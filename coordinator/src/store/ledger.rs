//! Credit: what units earned, in a ledger whose rows are only added.
//!
//! The table `credit` says what a unit is worth now and to whom; its key keeps a unit from being
//! paid twice. The table `ledger` says how that came about. A device's sum is what its rows of the
//! ledger add up to.

use woolgather_coordinator_core::credit::{ESCROW_UNITS, in_escrow};
use woolgather_protocol::{PublicKey, WorkUnitId};

use super::database::{Database, query};
use super::records::{change_record, record};
use super::rows::{number, parsed, stored};
use super::writer::Tx;
use super::{Store, StoreError};

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

/// What a volunteer waits for: units handed in and not decided on, and credit that lies in escrow.
pub(super) fn waiting(
    conn: &mut dyn Database,
    device: PublicKey,
) -> Result<(u64, u64), StoreError> {
    let row = query(
        "SELECT (SELECT COUNT(*) FROM submission
                 WHERE device = $1 AND state IN ('received', 'checking', 'auditing')) AS units,
                (SELECT CAST(COALESCE(SUM(credit), 0) AS BIGINT) FROM credit
                 WHERE device = $1 AND escrow = 1 AND voided = 0) AS escrow",
    )
    .bind(device.to_string())
    .fetch_one(conn)?;
    Ok((number(&row, "units")?, number(&row, "escrow")?))
}

/// Credit as it is exported: a line for each device that earned some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditLine {
    /// The device's key.
    pub key: PublicKey,
    /// Its volunteer's name; may be empty.
    pub volunteer: String,
    /// Units accepted.
    pub accepted_units: u64,
    /// Credit that stands, in thousands of reference samples.
    pub credit: u64,
    /// Of that, credit in escrow.
    pub escrow: u64,
    /// What was earned in the last seven days.
    pub credit_week: u64,
    /// When it introduced itself, ms since 1970.
    pub first_seen_ms: i64,
}

impl Store {
    /// Every device with credit, most first, at most so many.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn credit_lines(&self, at_most: u64) -> Result<Vec<CreditLine>, StoreError> {
        const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;
        let wanted = query(
            "SELECT device.key, device.volunteer, device.accepted_units, device.credit,
                    device.first_seen_ms,
                    CAST(COALESCE(SUM(CASE WHEN credit.escrow = 1 THEN credit.credit ELSE 0 END), 0)
                         AS BIGINT) AS escrow,
                    CAST(COALESCE(SUM(CASE WHEN credit.earned_ms > $1 THEN credit.credit ELSE 0 END), 0)
                         AS BIGINT) AS week
             FROM device LEFT JOIN credit ON credit.device = device.key AND credit.voided = 0
             WHERE device.credit > 0
             GROUP BY device.key, device.volunteer, device.accepted_units, device.credit,
                      device.first_seen_ms
             ORDER BY device.credit DESC, device.key LIMIT $2",
        )
        .bind(self.now_ms() - WEEK_MS)
        .bind(stored(at_most));
        let rows = self.rows(wanted).await?;
        rows.iter()
            .map(|row| {
                Ok(CreditLine {
                    key: parsed(row, "key")?,
                    volunteer: row.try_get("volunteer")?,
                    accepted_units: number(row, "accepted_units")?,
                    credit: number(row, "credit")?,
                    escrow: number(row, "escrow")?,
                    credit_week: number(row, "week")?,
                    first_seen_ms: row.try_get("first_seen_ms")?,
                })
            })
            .collect()
    }
}
