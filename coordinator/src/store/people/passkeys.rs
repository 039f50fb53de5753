//! Passkeys and the ceremonies in which they are made and used.
//!
//! What a ceremony and a key look like inside is [`crate::passkeys`]' affair; here they are bytes. A ceremony
//! is taken out when it is answered, so that it cannot be answered twice.

use std::time::Duration;

use woolgather_coordinator_core::PersonId;
use woolgather_protocol::ProblemKind;
use woolgather_protocol::limits::clean_name;

use super::super::database::{Database, Row, query};
use super::super::rows::{maybe_parsed, number, parsed};
use super::super::secrets::{lasts_ms, new_name};
use super::super::writer::Tx;
use super::super::{Store, StoreError};
use super::sessions::{self, Browser, Opened};

/// How long a browser has to answer.
pub const CEREMONY_LASTS: Duration = Duration::from_secs(5 * 60);
/// The most passkeys of a person.
const PASSKEYS_MAX: u64 = 20;

/// A ceremony under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceremony {
    /// Whose passkey is made; `None` where somebody signs in.
    pub person: Option<PersonId>,
    /// What was asked.
    pub state: Vec<u8>,
}

/// A passkey that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasskey {
    /// The credential's id in base64url.
    pub id: String,
    /// What it is, for its person's list.
    pub name: String,
    /// What never changes: the public key.
    pub public: Vec<u8>,
    /// What changes with its use: the counter.
    pub counter: Vec<u8>,
}

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    /// The credential's id in base64url.
    pub id: String,
    /// Whose.
    pub person: PersonId,
    /// What it is.
    pub name: String,
    /// What never changes: the public key.
    pub public: Vec<u8>,
    /// What changes with its use: the counter.
    pub counter: Vec<u8>,
    /// When it was made.
    pub made_ms: i64,
    /// When somebody last signed in with it.
    pub used_ms: Option<i64>,
}

impl Store {
    /// Remembers what a browser was asked; returns the ceremony's name.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn begin_ceremony(&self, ceremony: Ceremony) -> Result<String, StoreError> {
        self.write(move |tx| begin(tx, &ceremony)).await
    }

    /// Takes a ceremony out, for good.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `passkey-refused` when there is none of this name, or it took too long.
    pub async fn take_ceremony(&self, id: &str) -> Result<Ceremony, StoreError> {
        let id = id.to_owned();
        self.write(move |tx| take(tx, &id)).await
    }

    /// Keeps a passkey.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `passkey-refused` when it is there already, or there are very many.
    pub async fn add_passkey(
        &self,
        person: PersonId,
        passkey: NewPasskey,
    ) -> Result<(), StoreError> {
        self.write(move |tx| add(tx, person, &passkey)).await
    }

    /// A person's passkeys, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn passkeys_of(&self, person: PersonId) -> Result<Vec<PasskeyRow>, StoreError> {
        self.read(move |conn| passkeys(conn, person)).await
    }

    /// The passkey with this credential id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `passkey-refused`.
    pub async fn passkey(&self, id: &str) -> Result<PasskeyRow, StoreError> {
        let wanted = query("SELECT * FROM passkey WHERE id = $1").bind(id);
        let row = self.row(wanted).await?.ok_or_else(|| {
            let detail = "This passkey is not known here, or was removed.";
            StoreError::refused(ProblemKind::PasskeyRefused, detail)
        })?;
        passkey_row(&row)
    }

    /// Removes one of a person's passkeys; returns whether there was such a one.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn remove_passkey(&self, person: PersonId, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |tx| {
            let removed = query("DELETE FROM passkey WHERE person = $1 AND id = $2")
                .bind(person.to_string())
                .bind(id)
                .execute(&mut *tx.conn)?;
            Ok(removed > 0)
        })
        .await
    }

    /// Signs a browser in with a passkey that was found good; `counter` replaces its own.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `passkey-refused` when it was removed meanwhile.
    pub async fn sign_in_with_passkey(
        &self,
        id: &str,
        counter: Vec<u8>,
        browser: Browser,
    ) -> Result<Opened, StoreError> {
        let id = id.to_owned();
        self.write(move |tx| {
            let row = query(
                "UPDATE passkey SET counter = $2, used_ms = $3 WHERE id = $1 RETURNING person",
            )
            .bind(id)
            .bind(counter)
            .bind(tx.now_ms)
            .fetch_optional(&mut *tx.conn)?;
            let row = row.ok_or_else(|| {
                let detail = "This passkey was removed.";
                StoreError::refused(ProblemKind::PasskeyRefused, detail)
            })?;
            sessions::open(tx, parsed(&row, "person")?, &browser)
        })
        .await
    }
}

fn begin(tx: &mut Tx<'_>, ceremony: &Ceremony) -> Result<String, StoreError> {
    query("DELETE FROM ceremony WHERE expires_ms <= $1")
        .bind(tx.now_ms)
        .execute(&mut *tx.conn)?;
    let id = new_name(tx);
    query("INSERT INTO ceremony (id, person, state, expires_ms) VALUES ($1, $2, $3, $4)")
        .bind(&id)
        .bind(ceremony.person.map(|person| person.to_string()))
        .bind(ceremony.state.as_slice())
        .bind(tx.now_ms + lasts_ms(CEREMONY_LASTS))
        .execute(&mut *tx.conn)?;
    Ok(id)
}

fn take(tx: &mut Tx<'_>, id: &str) -> Result<Ceremony, StoreError> {
    let row = query("DELETE FROM ceremony WHERE id = $1 RETURNING person, state, expires_ms")
        .bind(id)
        .fetch_optional(&mut *tx.conn)?;
    let in_time = |row: &Row| Ok::<_, StoreError>(row.try_get::<i64>("expires_ms")? > tx.now_ms);
    match row {
        Some(row) if in_time(&row)? => Ok(Ceremony {
            person: maybe_parsed(&row, "person")?,
            state: row.try_get::<&[u8]>("state")?.to_vec(),
        }),
        _ => {
            let detail = "This was answered already, or took too long. Begin again.";
            Err(StoreError::refused(ProblemKind::PasskeyRefused, detail))
        }
    }
}

fn add(tx: &mut Tx<'_>, person: PersonId, passkey: &NewPasskey) -> Result<(), StoreError> {
    let row = query("SELECT COUNT(*) AS passkeys FROM passkey WHERE person = $1")
        .bind(person.to_string())
        .fetch_one(&mut *tx.conn)?;
    if number::<u64>(&row, "passkeys")? >= PASSKEYS_MAX {
        let detail = format!("You have {PASSKEYS_MAX} passkeys. Remove one first.");
        return Err(StoreError::refused(ProblemKind::PasskeyRefused, detail));
    }
    let name = clean_name(&passkey.name);
    let added = query(
        "INSERT INTO passkey (id, person, name, public, counter, made_ms)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
    )
    .bind(&passkey.id)
    .bind(person.to_string())
    .bind(if name.is_empty() { "a passkey" } else { &name })
    .bind(passkey.public.as_slice())
    .bind(passkey.counter.as_slice())
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    if added == 0 {
        let detail = "This passkey is known here already.";
        return Err(StoreError::refused(ProblemKind::PasskeyRefused, detail));
    }
    Ok(())
}

pub(super) fn passkeys(
    conn: &mut dyn Database,
    person: PersonId,
) -> Result<Vec<PasskeyRow>, StoreError> {
    let rows = query("SELECT * FROM passkey WHERE person = $1 ORDER BY made_ms, id")
        .bind(person.to_string())
        .fetch_all(conn)?;
    rows.iter().map(passkey_row).collect()
}

fn passkey_row(row: &Row) -> Result<PasskeyRow, StoreError> {
    Ok(PasskeyRow {
        id: row.try_get("id")?,
        person: parsed(row, "person")?,
        name: row.try_get("name")?,
        public: row.try_get::<&[u8]>("public")?.to_vec(),
        counter: row.try_get::<&[u8]>("counter")?.to_vec(),
        made_ms: row.try_get("made_ms")?,
        used_ms: row.try_get("used_ms")?,
    })
}
