//! Link codes: eight letters that join two sides once, within ten minutes.
//!
//! ```text
//! offer        device shows it   -> a signed-in person types it and says yes -> the device is theirs
//! screensaver  account shows it  -> a device sends it                        -> the device is theirs
//! browser      account or linked device shows it -> typed at /signin         -> that browser is signed in
//! ```
//!
//! A code that links a device does not sign anybody in, so that a code seen over a shoulder gives away as
//! little as it can.

use std::time::Duration;

use rand_chacha::rand_core::Rng as _;
use woolgather_coordinator_core::PersonId;
use woolgather_protocol::people::{Handle, LINK_CODE_CHARS, LinkCode};
use woolgather_protocol::{ProblemKind, PublicKey};

use super::super::database::{Database, query};
use super::super::rows::{maybe_parsed, number, parsed};
use super::super::secrets::{hash, lasts_ms};
use super::super::writer::Tx;
use super::super::{Store, StoreError, VoterId};
use super::keys;

/// How long a code is good for.
pub const LINK_CODE_LASTS: Duration = Duration::from_secs(10 * 60);

const OFFER: &str = "offer";
const SCREENSAVER: &str = "screensaver";
const BROWSER: &str = "browser";

/// A code and until when it is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The code.
    pub code: LinkCode,
    /// When it stops being good.
    pub expires_ms: i64,
}

/// A device that shows a code and waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedDevice {
    /// Its key.
    pub key: PublicKey,
    /// Its volunteer's name; may be empty.
    pub volunteer: String,
    /// When it introduced itself; `None` when it never did.
    pub first_seen_ms: Option<i64>,
    /// Units accepted so far.
    pub accepted_units: u64,
}

impl Store {
    /// A code with which a person may take this device; its codes before are of no use any more.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `linked-already`.
    pub async fn offer_device(&self, device: PublicKey) -> Result<Link, StoreError> {
        self.write(move |tx| {
            if keys::person_of(tx.conn, &VoterId::device(&device))?.is_some() {
                let detail = "This device is linked to somebody. Remove that link first.";
                return Err(StoreError::refused(ProblemKind::LinkedAlready, detail));
            }
            drop_codes_of_device(tx, device)?;
            new_code(tx, OFFER, Some(device), None)
        })
        .await
    }

    /// A code with which a device becomes this person's; those before are of no use any more.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn screensaver_code(&self, person: PersonId) -> Result<Link, StoreError> {
        self.write(move |tx| person_code(tx, SCREENSAVER, person))
            .await
    }

    /// A code that signs a browser in as this person; those before are of no use any more.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn browser_code(&self, person: PersonId) -> Result<Link, StoreError> {
        self.write(move |tx| person_code(tx, BROWSER, person)).await
    }

    /// As [`Store::browser_code`], for the person whose this device is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-linked`.
    pub async fn browser_code_from(&self, device: PublicKey) -> Result<Link, StoreError> {
        self.write(move |tx| {
            let owner = keys::person_of(tx.conn, &VoterId::device(&device))?;
            let person = owner.ok_or_else(|| {
                let detail = "This device is linked to nobody, so it can sign nobody in.";
                StoreError::refused(ProblemKind::NotLinked, detail)
            })?;
            person_code(tx, BROWSER, person)
        })
        .await
    }

    /// The device that shows this code. The code stays good.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `unknown-code`.
    pub async fn offered_device(&self, code: &LinkCode) -> Result<OfferedDevice, StoreError> {
        let (hash, now_ms) = (hash(code.as_str()), self.now_ms());
        self.read(move |conn| offered(conn, &hash, now_ms)).await
    }

    /// The device that shows this code becomes the person's.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `unknown-code` or `linked-already`.
    pub async fn accept_device(
        &self,
        person: PersonId,
        code: &LinkCode,
    ) -> Result<PublicKey, StoreError> {
        let hash = hash(code.as_str());
        self.write(move |tx| {
            let row = spend(tx, OFFER, &hash)?.ok_or_else(unknown)?;
            let device = row.device.ok_or_else(unknown)?;
            link_device(tx, person, device)?;
            Ok(device)
        })
        .await
    }

    /// The device becomes the person's whose page shows this code; returns their handle.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `unknown-code` or `linked-already`.
    pub async fn take_link(
        &self,
        device: PublicKey,
        code: &LinkCode,
    ) -> Result<Handle, StoreError> {
        let hash = hash(code.as_str());
        self.write(move |tx| {
            let row = spend(tx, SCREENSAVER, &hash)?.ok_or_else(unknown)?;
            let person = row.person.ok_or_else(unknown)?;
            link_device(tx, person, device)?;
            Ok(super::find(tx.conn, person)?.handle)
        })
        .await
    }

    /// The device is nobody's; returns whether it was somebody's.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn leave_person(&self, device: PublicKey) -> Result<bool, StoreError> {
        self.write(move |tx| {
            drop_codes_of_device(tx, device)?;
            let voter = VoterId::device(&device);
            match keys::person_of(tx.conn, &voter)? {
                Some(person) => keys::unlink(tx, person, &voter),
                None => Ok(false),
            }
        })
        .await
    }
}

/// Links a device, which may not have introduced itself yet.
fn link_device(tx: &mut Tx<'_>, person: PersonId, device: PublicKey) -> Result<(), StoreError> {
    query(
        "INSERT INTO device (key, volunteer, first_seen_ms, last_seen_ms) VALUES ($1, '', $2, 0)
         ON CONFLICT (key) DO NOTHING",
    )
    .bind(device.to_string())
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    keys::link(tx, person, &VoterId::device(&device))
}

pub(super) fn spend_for_browser(
    tx: &mut Tx<'_>,
    code: &LinkCode,
) -> Result<Option<PersonId>, StoreError> {
    let row = spend(tx, BROWSER, &hash(code.as_str()))?;
    Ok(row.and_then(|sides| sides.person))
}

fn unknown() -> StoreError {
    let detail = "Nobody shows this code now. Codes are good once and for ten minutes.";
    StoreError::refused(ProblemKind::UnknownCode, detail)
}

fn person_code(tx: &mut Tx<'_>, purpose: &str, person: PersonId) -> Result<Link, StoreError> {
    query("DELETE FROM link_code WHERE person = $1 AND purpose = $2")
        .bind(person.to_string())
        .bind(purpose)
        .execute(&mut *tx.conn)?;
    new_code(tx, purpose, None, Some(person))
}

fn drop_codes_of_device(tx: &mut Tx<'_>, device: PublicKey) -> Result<(), StoreError> {
    query("DELETE FROM link_code WHERE device = $1")
        .bind(device.to_string())
        .execute(&mut *tx.conn)?;
    Ok(())
}

fn new_code(
    tx: &mut Tx<'_>,
    purpose: &str,
    device: Option<PublicKey>,
    person: Option<PersonId>,
) -> Result<Link, StoreError> {
    query("DELETE FROM link_code WHERE expires_ms <= $1")
        .bind(tx.now_ms)
        .execute(&mut *tx.conn)?;
    let code = LinkCode::from_random([0; LINK_CODE_CHARS].map(|_: u64| tx.rng.next_u64()));
    let expires_ms = tx.now_ms + lasts_ms(LINK_CODE_LASTS);
    query(
        "INSERT INTO link_code (hash, purpose, device, person, expires_ms)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(hash(code.as_str()))
    .bind(purpose)
    .bind(device.map(|device| device.to_string()))
    .bind(person.map(|person| person.to_string()))
    .bind(expires_ms)
    .execute(&mut *tx.conn)?;
    Ok(Link { code, expires_ms })
}

/// Who showed a code.
struct Sides {
    device: Option<PublicKey>,
    person: Option<PersonId>,
}

/// Uses a code up; who showed it. One for something else stays as it is.
fn spend(tx: &mut Tx<'_>, purpose: &str, hash: &str) -> Result<Option<Sides>, StoreError> {
    let row = query(
        "DELETE FROM link_code WHERE hash = $1 AND purpose = $2 AND expires_ms > $3
         RETURNING device, person",
    )
    .bind(hash)
    .bind(purpose)
    .bind(tx.now_ms)
    .fetch_optional(&mut *tx.conn)?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Sides {
        device: maybe_parsed(&row, "device")?,
        person: maybe_parsed(&row, "person")?,
    }))
}

fn offered(conn: &mut dyn Database, hash: &str, now_ms: i64) -> Result<OfferedDevice, StoreError> {
    let row = query(
        "SELECT link_code.device, COALESCE(device.volunteer, '') AS volunteer,
                device.first_seen_ms, COALESCE(device.accepted_units, 0) AS accepted_units
         FROM link_code LEFT JOIN device ON device.key = link_code.device
         WHERE link_code.hash = $1 AND link_code.purpose = $2 AND link_code.expires_ms > $3",
    )
    .bind(hash)
    .bind(OFFER)
    .bind(now_ms)
    .fetch_optional(conn)?
    .ok_or_else(unknown)?;
    Ok(OfferedDevice {
        key: parsed(&row, "device")?,
        volunteer: row.try_get("volunteer")?,
        first_seen_ms: row.try_get("first_seen_ms")?,
        accepted_units: number(&row, "accepted_units")?,
    })
}
