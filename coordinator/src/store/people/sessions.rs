//! Sessions: who is signed in, in which browser, since when.
//!
//! A browser's voter is the person's for as long as the session: whoever is signed out from elsewhere does not
//! vote as the person any more.

use std::time::Duration;

use woolgather_coordinator_core::PersonId;
use woolgather_protocol::limits::clean_line;

use super::super::database::{Database, Row, query};
use super::super::rows::parsed;
use super::super::secrets::{hash, lasts_ms, new_name, new_secret};
use super::super::writer::Tx;
use super::super::{Store, StoreError, VoterId};
use super::keys;

/// How long a session lasts after its browser was last seen.
pub const PERSON_SESSION_LASTS: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// A session that was seen this short a time ago is not written down again.
const SEEN_AGAIN_MS: i64 = 60 * 60 * 1000;
/// The most characters of a browser's description.
const LABEL_CHARS_MAX: usize = 60;
/// The most sessions of a person; the one unused for longest makes room.
const SESSIONS_MAX: i64 = 50;
/// Sessions that are over and ended at a time.
const OVER_AT_ONCE: i64 = 100;

/// A browser that somebody signs in with.
#[derive(Debug, Clone)]
pub struct Browser {
    /// Its voter.
    pub voter: VoterId,
    /// What it is, for the list of sessions.
    pub label: String,
    /// The secret of the session that was open in it; that one ends.
    pub session: Option<String>,
}

/// A session that was just opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Whose.
    pub person: PersonId,
    /// Its secret, which only the browser keeps.
    pub secret: String,
    /// The browser's voter from now on; another one than before where that was somebody else's.
    pub voter: VoterId,
}

/// A session, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name in the list.
    pub id: String,
    /// Whose.
    pub person: PersonId,
    /// Which browser, as far as that says.
    pub label: String,
    /// Since when.
    pub made_ms: i64,
    /// When it was last used, to the hour.
    pub seen_ms: i64,
}

impl Store {
    /// The session with this secret, if it is open; its browser was seen by this.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn session(&self, secret: &str) -> Result<Option<Session>, StoreError> {
        let now_ms = self.now_ms();
        let wanted = query("SELECT * FROM session WHERE hash = $1 AND expires_ms > $2")
            .bind(hash(secret))
            .bind(now_ms);
        let Some(row) = self.row(wanted).await? else {
            return Ok(None);
        };
        let session = session_row(&row)?;
        if now_ms - session.seen_ms >= SEEN_AGAIN_MS {
            let hash = hash(secret);
            self.write(move |tx| see(tx, &hash)).await?;
        }
        Ok(Some(session))
    }

    /// A person's open sessions, the one used last first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn sessions_of(&self, person: PersonId) -> Result<Vec<Session>, StoreError> {
        let now_ms = self.now_ms();
        self.read(move |conn| sessions(conn, person, now_ms)).await
    }

    /// Ends one of a person's sessions; returns whether there was such a one.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn end_session(&self, person: PersonId, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |tx| {
            let ended =
                query("DELETE FROM session WHERE person = $1 AND id = $2 RETURNING person, voter")
                    .bind(person.to_string())
                    .bind(id)
                    .fetch_all(&mut *tx.conn)?;
            let_go(tx, &ended)?;
            Ok(!ended.is_empty())
        })
        .await
    }
}

pub(super) fn sessions(
    conn: &mut dyn Database,
    person: PersonId,
    now_ms: i64,
) -> Result<Vec<Session>, StoreError> {
    let rows = query(
        "SELECT * FROM session WHERE person = $1 AND expires_ms > $2 ORDER BY seen_ms DESC, id",
    )
    .bind(person.to_string())
    .bind(now_ms)
    .fetch_all(conn)?;
    rows.iter().map(session_row).collect()
}

/// Opens a session in a browser. Whatever session was open in it ends, so that nobody who knew that one's
/// secret is signed in now; and the browser's votes become the person's.
pub(super) fn open(
    tx: &mut Tx<'_>,
    person: PersonId,
    browser: &Browser,
) -> Result<Opened, StoreError> {
    make_room(tx, person)?;
    if let Some(before) = &browser.session {
        query("DELETE FROM session WHERE hash = $1")
            .bind(hash(before))
            .execute(&mut *tx.conn)?;
    }
    let owner = keys::person_of(tx.conn, &browser.voter)?;
    let voter = match owner {
        Some(other) if other != person => VoterId::web(tx.random()),
        _ => browser.voter.clone(),
    };
    keys::link(tx, person, &voter)?;
    let (secret, hash) = new_secret(tx);
    query(
        "INSERT INTO session (hash, id, person, voter, label, made_ms, seen_ms, expires_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
    )
    .bind(hash)
    .bind(new_name(tx))
    .bind(person.to_string())
    .bind(voter.as_str())
    .bind(clean_line(&browser.label, LABEL_CHARS_MAX))
    .bind(tx.now_ms)
    .bind(tx.now_ms + lasts_ms(PERSON_SESSION_LASTS))
    .execute(&mut *tx.conn)?;
    Ok(Opened {
        person,
        secret,
        voter,
    })
}

/// Ends what is over, of anybody, and the person's sessions unused for longest where there are very many.
fn make_room(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    let over = query(
        "DELETE FROM session
         WHERE hash IN (SELECT old.hash FROM session AS old WHERE old.expires_ms <= $1
                        ORDER BY old.expires_ms LIMIT $2)
         RETURNING person, voter",
    )
    .bind(tx.now_ms)
    .bind(OVER_AT_ONCE)
    .fetch_all(&mut *tx.conn)?;
    let unused = query(
        "DELETE FROM session WHERE person = $1
           AND id NOT IN (SELECT kept.id FROM session AS kept WHERE kept.person = $1
                          ORDER BY kept.seen_ms DESC, kept.id LIMIT $2)
         RETURNING person, voter",
    )
    .bind(person.to_string())
    .bind(SESSIONS_MAX - 1)
    .fetch_all(&mut *tx.conn)?;
    let_go(tx, &over)?;
    let_go(tx, &unused)
}

/// Takes the browsers of ended sessions from their people, but those with another session.
fn let_go(tx: &mut Tx<'_>, ended: &[Row]) -> Result<(), StoreError> {
    for row in ended {
        let (person, voter): (PersonId, VoterId) = (parsed(row, "person")?, parsed(row, "voter")?);
        let another = query("SELECT 1 FROM session WHERE voter = $1 AND person = $2")
            .bind(voter.as_str())
            .bind(person.to_string())
            .fetch_optional(&mut *tx.conn)?;
        if another.is_none() {
            keys::unlink(tx, person, &voter)?;
        }
    }
    Ok(())
}

fn see(tx: &mut Tx<'_>, hash: &str) -> Result<(), StoreError> {
    query("UPDATE session SET seen_ms = $2, expires_ms = $3 WHERE hash = $1")
        .bind(hash)
        .bind(tx.now_ms)
        .bind(tx.now_ms + lasts_ms(PERSON_SESSION_LASTS))
        .execute(&mut *tx.conn)?;
    Ok(())
}

fn session_row(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.try_get("id")?,
        person: parsed(row, "person")?,
        label: row.try_get("label")?,
        made_ms: row.try_get("made_ms")?,
        seen_ms: row.try_get("seen_ms")?,
    })
}
