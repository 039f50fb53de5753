//! People: accounts, and everything that hangs on one.
//!
//! An account is a handle and the keys that are its person's. Of every secret (sessions, tokens, recovery
//! codes, link codes) the store keeps a hash ([`super::secrets`]).
//!
//! * [`persons`](self): this file makes, changes, shows and deletes accounts.
//! * `keys`: which voters are whose, and that they are one voter. `sessions`: who is signed in where.
//! * `passkeys`, `recovery`, `tokens`, `link_codes`: ways in. `export`: everything held about a person.
//! * `boards`, `profile`, `teams`, `machines`: what others may see; `moderation`: what operators hide.

mod boards;
mod export;
mod keys;
mod link_codes;
mod machines;
mod moderation;
mod passkeys;
mod profile;
mod recovery;
mod sessions;
mod teams;
mod tokens;

pub use boards::Boards;
pub use export::PersonExport;
pub use keys::PersonDevice;
pub use link_codes::{LINK_CODE_LASTS, Link, OfferedDevice};
pub use machines::{Group, Machines};
pub use moderation::PersonForOperator;
pub use passkeys::{CEREMONY_LASTS, Ceremony, NewPasskey, PasskeyRow};
pub use profile::Figures;
pub use recovery::RECOVERY_CODES;
pub use sessions::{Browser, Opened, PERSON_SESSION_LASTS, Session};
pub use teams::{NewTeam, TeamLine, TeamRow};
pub use tokens::{TOKENS_MAX, TokenOwner, TokenRow};

pub(super) use keys::{accepted_units, are_one, canonical};

use woolgather_coordinator_core::PersonId;
use woolgather_protocol::limits::{clean_line, clean_name};
use woolgather_protocol::people::{ABOUT_CHARS_MAX, Handle};
use woolgather_protocol::{ProblemKind, Tag};

use super::database::{Database, Row, query};
use super::flock::next_manifest;
use super::gallery;
use super::rows::{maybe_parsed, parsed};
use super::writer::Tx;
use super::{Store, StoreError};

/// Handles that are pages of their own, or would mislead.
const RESERVED: &[&str] = &["admin", "anonymous", "machines", "me", "new", "woolgather"];
/// What an artist is called whose name went with the account.
const NO_ARTIST: &str = "anonymous";

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Never shown to others.
    pub id: PersonId,
    /// The name in addresses.
    pub handle: Handle,
    /// The name to show.
    pub name: String,
    /// What they say about themselves; may be empty.
    pub about: String,
    /// Whether they want to be found.
    pub listed: bool,
    /// Why an operator hid their page, if one did.
    pub hidden: Option<String>,
    /// Their team.
    pub team: Option<Handle>,
    /// When the account was made.
    pub made_ms: i64,
    /// In the order typed.
    pub tags: Vec<Tag>,
}

/// What a person may change about their account; whose page an operator hid stays hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProfile {
    /// The name to show; the handle when nothing is left of it.
    pub name: String,
    /// What they say about themselves; cut to [`ABOUT_CHARS_MAX`].
    pub about: String,
    /// Tags; at most [`woolgather_protocol::tags::TAGS_MAX`].
    pub tags: Vec<Tag>,
    /// Whether they want to be found.
    pub listed: bool,
}

/// What becomes of the name under a deleted person's sheep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArtistName {
    /// It stays.
    Keep,
    /// It becomes "anonymous".
    Remove,
}

impl Store {
    /// Makes an account for the person at this browser, who is signed in with it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `handle-taken`, also for handles that are kept for pages.
    pub async fn make_person(
        &self,
        handle: Handle,
        browser: Browser,
    ) -> Result<Opened, StoreError> {
        self.write(move |tx| {
            let person = make(tx, &handle)?;
            sessions::open(tx, person, &browser)
        })
        .await
    }

    /// A person.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn person(&self, person: PersonId) -> Result<PersonRow, StoreError> {
        self.read(move |conn| find(conn, person)).await
    }

    /// The person with this handle, listed or not.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn person_called(&self, handle: &Handle) -> Result<PersonRow, StoreError> {
        let handle = handle.clone();
        self.read(move |conn| {
            let row = query("SELECT * FROM person WHERE handle = $1")
                .bind(handle.as_str())
                .fetch_optional(&mut *conn)?
                .ok_or_else(|| StoreError::not_found("person", &handle))?;
            person_row(conn, &row)
        })
        .await
    }

    /// Changes what a person says about themselves.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn change_person(
        &self,
        person: PersonId,
        profile: NewProfile,
    ) -> Result<(), StoreError> {
        self.write(move |tx| change(tx, person, &profile)).await
    }

    /// Deletes an account: sessions, tokens, passkeys, codes, tags and the links to keys go. Votes stay as
    /// nobody's, entries and sheep with the artist's name or without it. Deleting twice changes nothing.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn delete_person(
        &self,
        person: PersonId,
        artist: ArtistName,
    ) -> Result<(), StoreError> {
        self.write(move |tx| delete(tx, person, artist)).await
    }
}

fn make(tx: &mut Tx<'_>, handle: &Handle) -> Result<PersonId, StoreError> {
    let person = PersonId(tx.random());
    let made = query(
        "INSERT INTO person (id, handle, name, about, listed, made_ms)
         VALUES ($1, $2, $2, '', 0, $3) ON CONFLICT (handle) DO NOTHING",
    )
    .bind(person.to_string())
    .bind(handle.as_str())
    .bind(tx.now_ms);
    if RESERVED.contains(&handle.as_str()) || made.execute(&mut *tx.conn)? == 0 {
        let detail = format!("Somebody is called {handle} already. Choose another handle.");
        return Err(StoreError::refused(ProblemKind::HandleTaken, detail));
    }
    // Programs with a token vote and offer as the person themselves.
    query("INSERT INTO person_key (voter, person, linked_ms) VALUES ($1, $2, $3)")
        .bind(person.voter().as_str())
        .bind(person.to_string())
        .bind(tx.now_ms)
        .execute(&mut *tx.conn)?;
    Ok(person)
}

fn find(conn: &mut dyn Database, person: PersonId) -> Result<PersonRow, StoreError> {
    let row = query("SELECT * FROM person WHERE id = $1")
        .bind(person.to_string())
        .fetch_optional(&mut *conn)?
        .ok_or_else(|| StoreError::not_found("person", person))?;
    person_row(conn, &row)
}

fn id_of(conn: &mut dyn Database, handle: &Handle) -> Result<PersonId, StoreError> {
    let row = query("SELECT id FROM person WHERE handle = $1")
        .bind(handle.as_str())
        .fetch_optional(conn)?
        .ok_or_else(|| StoreError::not_found("person", handle))?;
    parsed(&row, "id")
}

fn person_row(conn: &mut dyn Database, row: &Row) -> Result<PersonRow, StoreError> {
    let id: PersonId = parsed(row, "id")?;
    Ok(PersonRow {
        id,
        handle: parsed(row, "handle")?,
        name: row.try_get("name")?,
        about: row.try_get("about")?,
        listed: row.try_get::<i64>("listed")? == 1,
        hidden: row.try_get("hidden")?,
        team: maybe_parsed(row, "team")?,
        made_ms: row.try_get("made_ms")?,
        tags: tags_of(conn, id)?,
    })
}

/// A person's tags, in the order typed.
fn tags_of(conn: &mut dyn Database, person: PersonId) -> Result<Vec<Tag>, StoreError> {
    let rows = query("SELECT tag FROM person_tag WHERE person = $1 ORDER BY place")
        .bind(person.to_string())
        .fetch_all(conn)?;
    rows.iter().map(|row| parsed(row, "tag")).collect()
}

fn change(tx: &mut Tx<'_>, person: PersonId, profile: &NewProfile) -> Result<(), StoreError> {
    let before = find(tx.conn, person)?;
    let name = match clean_name(&profile.name) {
        name if name.is_empty() => before.handle.as_str().to_owned(),
        name => name,
    };
    query("UPDATE person SET name = $2, about = $3, listed = $4 WHERE id = $1")
        .bind(person.to_string())
        .bind(name)
        .bind(clean_text(&profile.about, ABOUT_CHARS_MAX))
        .bind(i64::from(profile.listed && before.hidden.is_none()))
        .execute(&mut *tx.conn)?;
    query("DELETE FROM person_tag WHERE person = $1")
        .bind(person.to_string())
        .execute(&mut *tx.conn)?;
    for (place, tag) in (0_i64..).zip(&profile.tags) {
        query("INSERT INTO person_tag (person, tag, place) VALUES ($1, $2, $3)")
            .bind(person.to_string())
            .bind(tag.as_str())
            .bind(place)
            .execute(&mut *tx.conn)?;
    }
    Ok(())
}

fn delete(tx: &mut Tx<'_>, person: PersonId, artist: ArtistName) -> Result<(), StoreError> {
    let team = query("SELECT team FROM person WHERE id = $1")
        .bind(person.to_string())
        .fetch_optional(&mut *tx.conn)?;
    let Some(team) = team else { return Ok(()) };
    if artist == ArtistName::Remove {
        remove_artist(tx, person)?;
    }
    keys::unlink_all(tx, person)?;
    for statement in [
        "DELETE FROM link_code WHERE person = $1",
        "DELETE FROM ceremony WHERE person = $1",
        "DELETE FROM token WHERE person = $1",
        "DELETE FROM session WHERE person = $1",
        "DELETE FROM recovery_code WHERE person = $1",
        "DELETE FROM passkey WHERE person = $1",
        "DELETE FROM person_tag WHERE person = $1",
        "DELETE FROM person WHERE id = $1",
    ] {
        query(statement)
            .bind(person.to_string())
            .execute(&mut *tx.conn)?;
    }
    match maybe_parsed(&team, "team")? {
        Some(team) => teams::disband_if_empty(tx, &team),
        None => Ok(()),
    }
}

/// Takes the artist's name off everything that a person's keys offered.
fn remove_artist(tx: &mut Tx<'_>, person: PersonId) -> Result<(), StoreError> {
    let renamed = query(
        "UPDATE sheep SET artist = $2
         WHERE id IN (SELECT entry.sheep FROM person_key JOIN entry ON entry.uploader = person_key.voter
                      WHERE person_key.person = $1 AND entry.sheep IS NOT NULL)
         RETURNING id",
    )
    .bind(person.to_string())
    .bind(NO_ARTIST)
    .fetch_all(&mut *tx.conn)?;
    for row in &renamed {
        // Otherwise whoever looks for the name would still find the sheep.
        gallery::index(tx.conn, &parsed(row, "id")?)?;
    }
    query(
        "UPDATE entry SET artist = $2
         WHERE uploader IN (SELECT voter FROM person_key WHERE person = $1)",
    )
    .bind(person.to_string())
    .bind(NO_ARTIST)
    .execute(&mut *tx.conn)?;
    if !renamed.is_empty() {
        // Players learn of it with the next manifest.
        next_manifest(tx)?;
    }
    Ok(())
}

/// A text of several lines: control characters but line feeds gone, at most one empty line in a row.
fn clean_text(text: &str, chars_max: usize) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| clean_line(line, chars_max))
        .collect();
    let mut cleaned = lines.join("\n");
    while cleaned.contains("\n\n\n") {
        cleaned = cleaned.replace("\n\n\n", "\n\n");
    }
    let cleaned: String = cleaned.trim().chars().take(chars_max).collect();
    cleaned.trim_end().to_owned()
}
