//! Everything held about a person, for the person.

use serde::Serialize;
use serde_json::{Value, json};
use woolgather_coordinator_core::PersonId;

use super::super::database::{Database, query};
use super::super::{Store, StoreError};
use super::{find, keys, passkeys, sessions, tokens};

/// Everything held about a person. Secrets are not held, only their hashes, which are of no use to anybody.
#[derive(Debug, Clone, Serialize)]
pub struct PersonExport {
    /// When it was read, ms since 1970.
    made_at_ms: i64,
    account: Value,
    browsers: Vec<Value>,
    devices: Vec<Value>,
    sessions: Vec<Value>,
    passkeys: Vec<Value>,
    recovery_codes_left: i64,
    tokens: Vec<Value>,
    entries: Vec<Value>,
    votes: Vec<Value>,
    units: Vec<Value>,
}

impl Store {
    /// Everything held about a person, as of one moment.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn export_person(&self, person: PersonId) -> Result<PersonExport, StoreError> {
        let now_ms = self.now_ms();
        self.read(move |conn| export(conn, person, now_ms)).await
    }
}

fn export(
    conn: &mut dyn Database,
    person: PersonId,
    now_ms: i64,
) -> Result<PersonExport, StoreError> {
    let row = find(conn, person)?;
    let account = json!({
        "handle": row.handle, "name": row.name, "about": row.about, "listed": row.listed,
        "hidden": row.hidden,
        "team": row.team, "tags": row.tags, "made_ms": row.made_ms,
    });
    let devices = keys::devices(conn, person)?.into_iter().map(|device| {
        json!({
            "key": device.key, "volunteer": device.volunteer, "credit": device.credit,
            "accepted_units": device.accepted_units, "linked_ms": device.linked_ms,
        })
    });
    let devices = devices.collect();
    let open = sessions::sessions(conn, person, now_ms)?;
    let sessions = open.into_iter().map(|session| {
        json!({ "browser": session.label, "made_ms": session.made_ms, "seen_ms": session.seen_ms })
    });
    let known = passkeys::passkeys(conn, person)?.into_iter();
    let passkeys = known.map(|passkey| {
        json!({ "name": passkey.name, "made_ms": passkey.made_ms, "used_ms": passkey.used_ms })
    });
    let made = tokens::tokens(conn, person)?.into_iter();
    let tokens = made.map(|token| {
        json!({
            "name": token.name, "scopes": token.scopes, "made_ms": token.made_ms,
            "used_ms": token.used_ms,
        })
    });
    let left = query("SELECT COUNT(*) AS left_over FROM recovery_code WHERE person = $1")
        .bind(person.to_string())
        .fetch_one(&mut *conn)?;
    Ok(PersonExport {
        made_at_ms: now_ms,
        account,
        browsers: browsers(conn, person)?,
        devices,
        sessions: sessions.collect(),
        passkeys: passkeys.collect(),
        recovery_codes_left: left.try_get("left_over")?,
        tokens: tokens.collect(),
        entries: entries(conn, person)?,
        votes: votes(conn, person)?,
        units: units(conn, person)?,
    })
}

fn browsers(conn: &mut dyn Database, person: PersonId) -> Result<Vec<Value>, StoreError> {
    let rows = query(
        "SELECT voter, linked_ms FROM person_key
         WHERE person = $1 AND voter LIKE 'web-%' ORDER BY linked_ms, voter",
    )
    .bind(person.to_string())
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            let (voter, linked_ms): (&str, i64) =
                (row.try_get("voter")?, row.try_get("linked_ms")?);
            Ok(json!({ "voter": voter, "linked_ms": linked_ms }))
        })
        .collect()
}

fn entries(conn: &mut dyn Database, person: PersonId) -> Result<Vec<Value>, StoreError> {
    let rows = query(
        "SELECT entry.id, entry.title, entry.artist, entry.state, entry.reason, entry.sheep,
                entry.received_ms
         FROM person_key JOIN entry ON entry.uploader = person_key.voter
         WHERE person_key.person = $1 ORDER BY entry.number",
    )
    .bind(person.to_string())
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            let text = |column: &str| row.try_get::<&str>(column);
            let received_ms: i64 = row.try_get("received_ms")?;
            let sheep: Option<&str> = row.try_get("sheep")?;
            Ok(json!({
                "id": text("id")?, "title": text("title")?, "artist": text("artist")?,
                "state": text("state")?, "reason": text("reason")?, "sheep": sheep,
                "received_ms": received_ms,
            }))
        })
        .collect()
}

fn votes(conn: &mut dyn Database, person: PersonId) -> Result<Vec<Value>, StoreError> {
    let rows = query(
        "SELECT ballot.left_sheep, ballot.right_sheep, ballot.answer, vote.voted_ms, vote.weight
         FROM vote JOIN ballot ON ballot.id = vote.ballot
         WHERE vote.voter = $1 ORDER BY vote.voted_ms, ballot.id",
    )
    .bind(person.voter().as_str())
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            let text = |column: &str| row.try_get::<Option<&str>>(column);
            let (voted_ms, weight): (i64, f64) = (row.try_get("voted_ms")?, row.try_get("weight")?);
            Ok(json!({
                "left": text("left_sheep")?, "right": text("right_sheep")?,
                "answer": text("answer")?, "voted_ms": voted_ms, "weight": weight,
            }))
        })
        .collect()
}

fn units(conn: &mut dyn Database, person: PersonId) -> Result<Vec<Value>, StoreError> {
    let rows = query(
        "SELECT credit.work_unit, credit.device, credit.credit, credit.escrow, credit.voided,
                credit.earned_ms
         FROM person_key JOIN credit ON credit.device = person_key.voter
         WHERE person_key.person = $1 ORDER BY credit.earned_ms, credit.work_unit",
    )
    .bind(person.to_string())
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            let integer = |column: &str| row.try_get::<i64>(column);
            let text = |column: &str| row.try_get::<&str>(column);
            Ok(json!({
                "id": text("work_unit")?, "device": text("device")?, "credit": integer("credit")?,
                "escrow": integer("escrow")? == 1, "voided": integer("voided")? == 1,
                "earned_ms": integer("earned_ms")?,
            }))
        })
        .collect()
}
