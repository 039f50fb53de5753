//! Driver classes: a driver that draws wrong pictures everywhere is at fault itself.

use woolgather_coordinator_core::audits::NEW_DEVICE_UNITS;
use woolgather_coordinator_core::trust::classes::{DAY_MS, fails_as_a_class};
use woolgather_coordinator_core::trust::{ClassCounts, ClassStanding, DriverClass};
use woolgather_protocol::PublicKey;

use super::StoreError;
use super::database::{Database, query};
use super::rows::number;
use super::writer::Tx;

/// The class of every processor.
pub(super) const PROCESSORS: i64 = 1;

/// Names of drivers are told by strangers: once so many are known, all others are one class.
const CLASSES_MAX: i64 = 4096;

/// The number of the class, which is written down when it is new.
pub(super) fn class_number(tx: &mut Tx<'_>, class: &DriverClass) -> Result<i64, StoreError> {
    let name = class.to_string();
    if let Some(number) = tx.conn.memo().class_number(&name) {
        return Ok(number);
    }
    let found = query("SELECT number FROM class WHERE name = $1")
        .bind(&name)
        .fetch_optional(&mut *tx.conn)?;
    let number = match found {
        Some(row) => row.try_get("number")?,
        None => new_class(tx, class)?,
    };
    tx.conn.memo().remember_class(name, number);
    Ok(number)
}

fn new_class(tx: &mut Tx<'_>, class: &DriverClass) -> Result<i64, StoreError> {
    let row =
        query("SELECT COALESCE(MAX(number), 0) + 1 AS next FROM class").fetch_one(&mut *tx.conn)?;
    let next: i64 = row.try_get("next")?;
    let others = DriverClass::others();
    if next > CLASSES_MAX && *class != others {
        return class_number(tx, &others);
    }
    query(
        "INSERT INTO class (number, name, standing, since_ms, times, right_frames)
         VALUES ($1, $2, 'open', 0, 0, 0)",
    )
    .bind(next)
    .bind(class.to_string())
    .execute(&mut *tx.conn)?;
    Ok(next)
}

/// Where a class stands, as it was written down last.
pub(super) fn standing_of(
    conn: &mut dyn Database,
    class: i64,
) -> Result<ClassStanding, StoreError> {
    let row = query("SELECT standing, since_ms, times, right_frames FROM class WHERE number = $1")
        .bind(class)
        .fetch_one(conn)?;
    let times = number(&row, "times")?;
    Ok(match row.try_get("standing")? {
        "open" => ClassStanding::Open,
        "quarantined" => ClassStanding::Quarantined {
            since_ms: row.try_get("since_ms")?,
            times,
        },
        "on_trial" => ClassStanding::OnTrial {
            times,
            right: number(&row, "right_frames")?,
        },
        other => return Err(StoreError::Corrupt(format!("a class that is {other}"))),
    })
}

/// Writes down where a class stands.
pub(super) fn set_standing(
    tx: &mut Tx<'_>,
    class: i64,
    standing: ClassStanding,
) -> Result<(), StoreError> {
    let (word, since_ms, times, right) = match standing {
        ClassStanding::Open => ("open", 0, 0, 0),
        ClassStanding::Quarantined { since_ms, times } => ("quarantined", since_ms, times, 0),
        ClassStanding::OnTrial { times, right } => ("on_trial", 0, times, right),
    };
    query(
        "UPDATE class SET standing = $2, since_ms = $3, times = $4, right_frames = $5
         WHERE number = $1",
    )
    .bind(class)
    .bind(word)
    .bind(since_ms)
    .bind(i64::from(times))
    .bind(i64::from(right))
    .execute(&mut *tx.conn)?;
    Ok(())
}

/// Where a class stands now: a quarantine whose time has come ends in a trial.
pub(super) fn settle_class(tx: &mut Tx<'_>, class: i64) -> Result<ClassStanding, StoreError> {
    let before = standing_of(tx.conn, class)?;
    let standing = before.at(tx.now_ms);
    if standing != before {
        set_standing(tx, class, standing)?;
        query("DELETE FROM trial_owner WHERE class = $1")
            .bind(class)
            .execute(&mut *tx.conn)?;
    }
    Ok(standing)
}

/// A frame that a device drew with a class was right.
pub(super) fn class_was_right(
    tx: &mut Tx<'_>,
    device: PublicKey,
    class: i64,
) -> Result<(), StoreError> {
    count_owner(tx, device, class, false)?;
    let standing = standing_of(tx.conn, class)?;
    if !standing.is_on_trial() {
        return Ok(());
    }
    query(
        "INSERT INTO trial_owner (class, account, network)
         SELECT CAST($1 AS BIGINT), key, network FROM device WHERE key = $2 ON CONFLICT DO NOTHING",
    )
    .bind(class)
    .bind(device.to_string())
    .execute(&mut *tx.conn)?;
    let row = query("SELECT COUNT(*) AS owners FROM trial_owner WHERE class = $1")
        .bind(class)
        .fetch_one(&mut *tx.conn)?;
    set_standing(tx, class, standing.frame_was_right(number(&row, "owners")?))
}

/// A frame that a device drew with a class was wrong. Whether the class now fails as a class;
/// processors draw the same bits by construction and are judged each alone.
pub(super) fn class_was_wrong(
    tx: &mut Tx<'_>,
    device: PublicKey,
    class: i64,
) -> Result<bool, StoreError> {
    count_owner(tx, device, class, true)?;
    let standing = standing_of(tx.conn, class)?;
    set_standing(tx, class, standing.frame_was_wrong())?;
    if !standing.may_work() || !is_card(tx.conn, class)? {
        return Ok(false);
    }
    let today = tx.now_ms.div_euclid(DAY_MS);
    query("DELETE FROM class_owner WHERE day < $1")
        .bind(today)
        .execute(&mut *tx.conn)?;
    let rows = query(
        "SELECT class, COUNT(*) AS audited, CAST(SUM(refused) AS BIGINT) AS refused
         FROM class_owner WHERE day = $1 GROUP BY class",
    )
    .bind(today)
    .fetch_all(&mut *tx.conn)?;
    let (mut own, mut others) = (ClassCounts::default(), ClassCounts::default());
    for row in &rows {
        let counts = if row.try_get::<i64>("class")? == class {
            &mut own
        } else {
            &mut others
        };
        counts.audited += number::<u64>(row, "audited")?;
        counts.refused += number::<u64>(row, "refused")?;
    }
    Ok(fails_as_a_class(own, others))
}

fn is_card(conn: &mut dyn Database, class: i64) -> Result<bool, StoreError> {
    let row = query("SELECT name FROM class WHERE number = $1")
        .bind(class)
        .fetch_one(conn)?;
    Ok(row.try_get::<&str>("name")?.starts_with("gpu "))
}

/// Counts a device's owner among those of its class with audited frames today, and among the
/// refused. Only keys that are known, by whatever they drew with before: a liar with a fresh key
/// for every lie would otherwise be many owners.
fn count_owner(
    tx: &mut Tx<'_>,
    device: PublicKey,
    class: i64,
    refused: bool,
) -> Result<(), StoreError> {
    let key = device.to_string();
    let row = query("SELECT accepted_units, network FROM device WHERE key = $1")
        .bind(&key)
        .fetch_one(&mut *tx.conn)?;
    if number::<u64>(&row, "accepted_units")? < NEW_DEVICE_UNITS {
        return Ok(());
    }
    query(
        "INSERT INTO class_owner (class, day, account, network, refused)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (class, day, account, network) DO UPDATE SET
             refused = excluded.refused
         WHERE excluded.refused > class_owner.refused",
    )
    .bind(class)
    .bind(tx.now_ms.div_euclid(DAY_MS))
    .bind(key)
    .bind(row.try_get::<&str>("network")?)
    .bind(i64::from(refused))
    .execute(&mut *tx.conn)?;
    Ok(())
}
