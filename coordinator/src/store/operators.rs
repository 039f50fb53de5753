//! What an operator decides about devices and units, each with a reason that is kept.

use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::{Problem, ProblemKind, PublicKey, WorkUnitId};

use super::database::{Database, Row, query};
use super::ledger;
use super::records::change_record;
use super::repair::{let_go, quarantine_segment};
use super::rows::{named, number, parsed};
use super::writer::Tx;
use super::{Page, PageRequest, Store, StoreError};

/// A device as an operator sees it: one line for each class it drew with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceLine {
    /// Its key.
    pub key: PublicKey,
    /// Its volunteer's name; may be empty.
    pub volunteer: String,
    /// What it draws with, as it says.
    pub class: String,
    /// Where that class stands: `open`, `quarantined` or `on_trial`.
    pub class_standing: String,
    /// Units accepted with it.
    pub accepted_units: u64,
    /// Submissions the referee refused.
    pub refusals: u64,
    /// Thousandths of a natural logarithm; see `woolgather_coordinator_core::trust`.
    pub suspicion: i64,
    /// How often it was found bad.
    pub found_bad: u32,
    /// It is bad now.
    pub is_bad: bool,
    /// Why an operator banned it, if one did.
    pub banned: Option<String>,
    /// When it asked for work or handed some in last, ms since 1970.
    pub last_seen_ms: i64,
}

/// Something an operator did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Its place in the log, from 1; the page cursor.
    pub number: i64,
    /// When, ms since 1970.
    pub done_ms: i64,
    /// What: `ban`, `pardon`, `requeue`, `quarantine`, `recount`.
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// Why.
    pub reason: String,
}

impl Store {
    /// Devices that worked, those seen last first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn device_lines(&self, at_most: u32) -> Result<Vec<DeviceLine>, StoreError> {
        let wanted = query(
            "SELECT device.key, device.volunteer, device.banned, device.last_seen_ms,
                    class.name, class.standing, record.accepted_units, record.refusals,
                    record.suspicion, record.found_bad, record.bad_since_ms
             FROM device
             JOIN record ON record.device = device.key
             JOIN class ON class.number = record.class
             ORDER BY device.last_seen_ms DESC, device.key, class.number LIMIT $1",
        )
        .bind(i64::from(at_most));
        let rows = self.rows(wanted).await?;
        rows.iter().map(device_line).collect()
    }

    /// Bans a device for good: it gets no work, what it handed in and is not accepted yet is refused,
    /// and what was accepted is audited again in full. Banning a banned one changes its reason.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn ban(&self, device: PublicKey, reason: &str) -> Result<(), StoreError> {
        let reason = reason.to_owned();
        self.write(move |tx| ban(tx, device, &reason)).await
    }

    /// Takes back everything that is held against a device, an operator's ban included.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn pardon(&self, device: PublicKey, reason: &str) -> Result<(), StoreError> {
        let reason = reason.to_owned();
        self.write(move |tx| pardon(tx, device, &reason)).await
    }

    /// Gives a unit that failed on five devices another chance: its failures are forgotten.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found` where it is no such unit.
    pub async fn requeue(&self, unit: &WorkUnitId, reason: &str) -> Result<(), StoreError> {
        let (unit, reason) = (unit.clone(), reason.to_owned());
        self.write(move |tx| requeue(tx, &unit, &reason)).await
    }

    /// Sets an accepted unit aside: its credit is voided and its clip repaired under the next
    /// version.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found` where it is not accepted.
    pub async fn quarantine(&self, unit: &WorkUnitId, reason: &str) -> Result<(), StoreError> {
        let (unit, reason) = (unit.clone(), reason.to_owned());
        self.write(move |tx| quarantine(tx, &unit, &reason)).await
    }

    /// Makes every device's credit again from the ledger; returns how many were wrong.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn recount_credit(&self) -> Result<u64, StoreError> {
        self.write(|tx| {
            let wrong = ledger::recount(tx)?;
            if wrong > 0 {
                log(tx, "recount", &format!("{wrong} devices"), "")?;
            }
            Ok(wrong)
        })
        .await
    }

    /// What operators did, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn operator_log(&self, page: PageRequest) -> Result<Page<LogLine>, StoreError> {
        let wanted = query(
            "SELECT number, done_ms, action, subject, reason FROM operator_log
             WHERE number < $1 ORDER BY number DESC LIMIT $2",
        )
        .bind(page.after.unwrap_or(i64::MAX))
        .bind(page.fetch());
        let rows = self.rows(wanted).await?;
        let lines: Result<Vec<LogLine>, StoreError> = rows.iter().map(log_line).collect();
        Ok(Page::of(lines?, &page, |line| line.number))
    }
}

/// Why an operator banned a device, if one did.
pub(super) fn banned(
    conn: &mut dyn Database,
    device: PublicKey,
) -> Result<Option<String>, StoreError> {
    let row = query("SELECT banned FROM device WHERE key = $1")
        .bind(device.to_string())
        .fetch_optional(conn)?;
    Ok(row.map(|row| row.try_get("banned")).transpose()?.flatten())
}

fn device_line(row: &Row) -> Result<DeviceLine, StoreError> {
    Ok(DeviceLine {
        key: parsed(row, "key")?,
        volunteer: row.try_get("volunteer")?,
        class: row.try_get::<&str>("name")?.trim().to_owned(),
        class_standing: row.try_get("standing")?,
        accepted_units: number(row, "accepted_units")?,
        refusals: number(row, "refusals")?,
        suspicion: row.try_get("suspicion")?,
        found_bad: number(row, "found_bad")?,
        is_bad: row.try_get::<Option<i64>>("bad_since_ms")?.is_some(),
        banned: row.try_get("banned")?,
        last_seen_ms: row.try_get("last_seen_ms")?,
    })
}

fn log_line(row: &Row) -> Result<LogLine, StoreError> {
    Ok(LogLine {
        number: row.try_get("number")?,
        done_ms: row.try_get("done_ms")?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        reason: row.try_get("reason")?,
    })
}

/// Keeps what an operator did, and why.
pub(super) fn log(
    tx: &mut Tx<'_>,
    action: &str,
    subject: &str,
    reason: &str,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO operator_log (number, done_ms, action, subject, reason)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM operator_log), $1, $2, $3, $4)",
    )
    .bind(tx.now_ms)
    .bind(action)
    .bind(subject)
    .bind(reason)
    .execute(&mut *tx.conn)?;
    Ok(())
}

fn ban(tx: &mut Tx<'_>, device: PublicKey, reason: &str) -> Result<(), StoreError> {
    set_banned(tx, device, Some(reason))?;
    let detail = format!("An operator has banned this device: {reason}");
    let problem = Problem::new(ProblemKind::WorkWithheld, detail);
    let_go(tx, device, &problem)?;
    log(tx, "ban", &device.to_string(), reason)
}

fn pardon(tx: &mut Tx<'_>, device: PublicKey, reason: &str) -> Result<(), StoreError> {
    set_banned(tx, device, None)?;
    let rows = query("SELECT class FROM record WHERE device = $1")
        .bind(device.to_string())
        .fetch_all(&mut *tx.conn)?;
    for row in &rows {
        change_record(tx, device, row.try_get("class")?, |record| {
            record.forgive();
            record.failed_checks = 0;
            record.paused_until_ms = 0;
        })?;
    }
    ledger::restore(tx, device)?;
    log(tx, "pardon", &device.to_string(), reason)
}

fn set_banned(tx: &mut Tx<'_>, device: PublicKey, reason: Option<&str>) -> Result<(), StoreError> {
    let changed = query("UPDATE device SET banned = $2 WHERE key = $1")
        .bind(device.to_string())
        .bind(reason)
        .execute(&mut *tx.conn)?;
    if changed == 0 {
        return Err(StoreError::not_found("device", device));
    }
    Ok(())
}

fn requeue(tx: &mut Tx<'_>, unit: &WorkUnitId, reason: &str) -> Result<(), StoreError> {
    let opened = query(
        "UPDATE work_unit SET state = 'ready'
         WHERE id = $1 AND state = 'quarantined' AND submission IS NULL",
    )
    .bind(unit.as_str())
    .execute(&mut *tx.conn)?;
    if opened == 0 {
        return Err(StoreError::not_found(
            "unit that failed on five devices",
            unit,
        ));
    }
    query("DELETE FROM unit_failure WHERE work_unit = $1")
        .bind(unit.as_str())
        .execute(&mut *tx.conn)?;
    log(tx, "requeue", unit.as_str(), reason)
}

fn quarantine(tx: &mut Tx<'_>, unit: &WorkUnitId, reason: &str) -> Result<(), StoreError> {
    let row = query("SELECT state, submission FROM work_unit WHERE id = $1")
        .bind(unit.as_str())
        .fetch_optional(&mut *tx.conn)?;
    let accepted = match &row {
        Some(row) => named::<WorkUnitState>(row, "state")? == WorkUnitState::Accepted,
        None => false,
    };
    let submission = row.filter(|_| accepted);
    let Some(row) = submission else {
        return Err(StoreError::not_found("accepted unit", unit));
    };
    let detail = format!("An operator has set it aside: {reason}");
    let problem = Problem::new(ProblemKind::AuditMismatch, detail);
    quarantine_segment(tx, row.try_get("submission")?, &problem)?;
    log(tx, "quarantine", unit.as_str(), reason)
}
