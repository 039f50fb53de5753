//! Which voters are whose: browsers and devices linked to a person are one voter.
//!
//! A linked voter's entries and standing votes become the person's, and stay so when it is let go. Where both had
//! answered the same question, the newer answer stays. What the votes did to the ratings stays as it is; what they
//! did to the voter's leniency is put right by the next refit.
//!
//! What makes a vote weigh (a key's age, a device's accepted units) is handed over as well and does not come back
//! when the key is let go, so that no key lends its weight to one account after the other.

use woolgather_coordinator_core::PersonId;
use woolgather_protocol::{ProblemKind, PublicKey};

use super::super::ballots::meet_voter;
use super::super::database::{Database, query};
use super::super::jobs::enqueue;
use super::super::questions::Question;
use super::super::rows::{number, parsed};
use super::super::voters::forget_effects;
use super::super::votes::{count_standing, take_back};
use super::super::writer::Tx;
use super::super::{Job, Store, StoreError, VoterId};

/// A device that is a person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonDevice {
    /// Its key.
    pub key: PublicKey,
    /// Its volunteer's name; may be empty.
    pub volunteer: String,
    /// Units accepted.
    pub accepted_units: u64,
    /// Credit that stands, in thousands of reference samples.
    pub credit: u64,
    /// When it was linked.
    pub linked_ms: i64,
}

impl Store {
    /// Whose voter this is: a browser or a device.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn person_of(&self, voter: &VoterId) -> Result<Option<PersonId>, StoreError> {
        let voter = voter.clone();
        self.read(move |conn| person_of(conn, &voter)).await
    }

    /// A person's devices, the one linked last first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn devices_of(&self, person: PersonId) -> Result<Vec<PersonDevice>, StoreError> {
        self.read(move |conn| devices(conn, person)).await
    }

    /// Takes a device away from this person; returns whether it was theirs.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn unlink_device(
        &self,
        person: PersonId,
        device: PublicKey,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| unlink(tx, person, &VoterId::device(&device)))
            .await
    }

    /// Whether two voters are one: the same browser or device, or those of one person.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn are_one(&self, one: &VoterId, other: &VoterId) -> Result<bool, StoreError> {
        let (one, other) = (one.clone(), other.clone());
        self.read(move |conn| are_one(conn, &one, &other)).await
    }
}

/// As [`Store::are_one`].
pub(in crate::store) fn are_one(
    conn: &mut dyn Database,
    one: &VoterId,
    other: &VoterId,
) -> Result<bool, StoreError> {
    Ok(one == other || canonical(conn, one)? == canonical(conn, other)?)
}

pub(super) fn person_of(
    conn: &mut dyn Database,
    voter: &VoterId,
) -> Result<Option<PersonId>, StoreError> {
    let row = query("SELECT person FROM person_key WHERE voter = $1")
        .bind(voter.as_str())
        .fetch_optional(conn)?;
    row.map(|row| parsed(&row, "person")).transpose()
}

/// The voter whose votes count: the person's, where this one is linked to a person.
pub(in crate::store) fn canonical(
    conn: &mut dyn Database,
    voter: &VoterId,
) -> Result<VoterId, StoreError> {
    let person = person_of(conn, voter)?;
    Ok(person.map_or_else(|| voter.clone(), |person| person.voter()))
}

/// Units accepted of a voter: those of the device, or of all devices of the person, but what a device had when
/// a person let it go.
pub(in crate::store) fn accepted_units(
    conn: &mut dyn Database,
    voter: &VoterId,
) -> Result<u64, StoreError> {
    let person = voter
        .as_str()
        .strip_prefix("person-")
        .and_then(|id| id.parse::<PersonId>().ok());
    let row = match person {
        Some(person) => query(
            "SELECT CAST(COALESCE(SUM(device.accepted_units - voter.units_spent), 0) AS BIGINT) AS accepted
             FROM person_key JOIN device ON device.key = person_key.voter
                  JOIN voter ON voter.id = person_key.voter
             WHERE person_key.person = $1",
        )
        .bind(person.to_string()),
        None => query(
            "SELECT CAST(COALESCE(SUM(device.accepted_units - voter.units_spent), 0) AS BIGINT) AS accepted
             FROM device JOIN voter ON voter.id = device.key WHERE device.key = $1",
        )
        .bind(voter.as_str()),
    };
    number(&row.fetch_one(conn)?, "accepted")
}

pub(super) fn devices(
    conn: &mut dyn Database,
    person: PersonId,
) -> Result<Vec<PersonDevice>, StoreError> {
    let rows = query(
        "SELECT device.key, device.volunteer, device.accepted_units, device.credit, linked_ms
         FROM person_key JOIN device ON device.key = person_key.voter
         WHERE person_key.person = $1 ORDER BY linked_ms DESC, device.key",
    )
    .bind(person.to_string())
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            Ok(PersonDevice {
                key: parsed(row, "key")?,
                volunteer: row.try_get("volunteer")?,
                accepted_units: number(row, "accepted_units")?,
                credit: number(row, "credit")?,
                linked_ms: row.try_get("linked_ms")?,
            })
        })
        .collect()
}

/// Links a voter to a person, and hands its entries and standing votes over. Linking again changes nothing.
pub(super) fn link(tx: &mut Tx<'_>, person: PersonId, voter: &VoterId) -> Result<(), StoreError> {
    let linked = query(
        "INSERT INTO person_key (voter, person, linked_ms) VALUES ($1, $2, $3)
         ON CONFLICT (voter) DO NOTHING",
    )
    .bind(voter.as_str())
    .bind(person.to_string())
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    if linked == 0 {
        if person_of(tx.conn, voter)? == Some(person) {
            return Ok(());
        }
        let detail = "It is linked to somebody. Take it away there first.";
        return Err(StoreError::refused(ProblemKind::LinkedAlready, detail));
    }
    meet_voter(tx, voter)?;
    meet_voter(tx, &person.voter())?;
    hand_over(tx, voter, &person.voter())
}

pub(super) fn unlink(
    tx: &mut Tx<'_>,
    person: PersonId,
    voter: &VoterId,
) -> Result<bool, StoreError> {
    let unlinked = query("DELETE FROM person_key WHERE voter = $1 AND person = $2")
        .bind(voter.as_str())
        .bind(person.to_string())
        .execute(&mut *tx.conn)?;
    if unlinked > 0 {
        // Whoever's votes were voided does not get new ones by leaving.
        keep_voided(tx, &person.voter(), voter)?;
        // What a device had rendered made its person's votes weigh; it does not make the next one's.
        query(
            "UPDATE voter SET units_spent = (SELECT device.accepted_units FROM device WHERE device.key = voter.id)
             WHERE id = $1 AND EXISTS (SELECT 1 FROM device WHERE device.key = voter.id)",
        )
        .bind(voter.as_str())
        .execute(&mut *tx.conn)?;
    }
    Ok(unlinked > 0)
}

/// Lets every key of a person go.
pub(super) fn unlink_all(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    let rows = query("SELECT voter FROM person_key WHERE person = $1 ORDER BY voter")
        .bind(person.to_string())
        .fetch_all(&mut *tx.conn)?;
    for row in &rows {
        unlink(tx, person, &parsed(row, "voter")?)?;
    }
    Ok(())
}

fn keep_voided(tx: &mut Tx<'_>, from: &VoterId, to: &VoterId) -> Result<(), StoreError> {
    query(
        "UPDATE voter SET voided = COALESCE(voided, (SELECT was.voided FROM voter AS was WHERE was.id = $1))
         WHERE id = $2",
    )
    .bind(from.as_str())
    .bind(to.as_str())
    .execute(&mut *tx.conn)?;
    Ok(())
}

fn hand_over(tx: &mut Tx<'_>, from: &VoterId, to: &VoterId) -> Result<(), StoreError> {
    keep_voided(tx, from, to)?;
    query(
        "UPDATE voter SET votes = votes + (SELECT was.votes FROM voter AS was WHERE was.id = $1),
                          first_seen_ms = (SELECT MIN(two.first_seen_ms) FROM voter AS two
                                           WHERE two.id = $1 OR two.id = $2)
         WHERE id = $2",
    )
    .bind(from.as_str())
    .bind(to.as_str())
    .execute(&mut *tx.conn)?;
    // Age is handed over, not lent: one old key makes one old voter.
    query("UPDATE voter SET first_seen_ms = $2 WHERE id = $1")
        .bind(from.as_str())
        .bind(tx.now_ms)
        .execute(&mut *tx.conn)?;
    query("UPDATE entry SET uploader = $2 WHERE uploader = $1")
        .bind(from.as_str())
        .bind(to.as_str())
        .execute(&mut *tx.conn)?;
    drop_doubles(tx, from, to)?;
    query("UPDATE ballot SET voter = $2 WHERE id IN (SELECT ballot FROM vote WHERE voter = $1)")
        .bind(from.as_str())
        .bind(to.as_str())
        .execute(&mut *tx.conn)?;
    query("UPDATE vote SET voter = $2 WHERE voter = $1")
        .bind(from.as_str())
        .bind(to.as_str())
        .execute(&mut *tx.conn)?;
    let voided = query("SELECT 1 FROM voter WHERE id = $1 AND voided IS NOT NULL")
        .bind(to.as_str())
        .fetch_optional(&mut *tx.conn)?;
    if voided.is_some() {
        forget_effects(tx, to)?;
        enqueue(tx, &Job::Refit)?;
    }
    Ok(())
}

/// Takes back the older of two answers to the same question.
fn drop_doubles(tx: &mut Tx<'_>, from: &VoterId, to: &VoterId) -> Result<(), StoreError> {
    let rows = query(
        "SELECT mine.first_sheep AS left_sheep, NULLIF(mine.second_sheep, '') AS right_sheep,
                CAST(CASE WHEN mine.voted_ms > theirs.voted_ms THEN 1 ELSE 0 END AS BIGINT) AS newer
         FROM vote AS mine JOIN vote AS theirs
              ON theirs.voter = $2 AND theirs.first_sheep = mine.first_sheep
                 AND theirs.second_sheep = mine.second_sheep
         WHERE mine.voter = $1",
    )
    .bind(from.as_str())
    .bind(to.as_str())
    .fetch_all(&mut *tx.conn)?;
    for row in &rows {
        let question = Question::of(row)?;
        let older = if number::<u64>(row, "newer")? == 1 {
            to
        } else {
            from
        };
        take_back(tx, older, &question)?;
        count_standing(tx, &question, -1)?;
    }
    Ok(())
}
