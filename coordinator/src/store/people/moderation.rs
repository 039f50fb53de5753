//! What operators decide about people: whose page is hidden, and whose account goes.

use woolgather_protocol::people::Handle;

use super::super::database::query;
use super::super::operators::log;
use super::super::rows::{number, parsed};
use super::super::writer::Tx;
use super::super::{Store, StoreError};
use super::{ArtistName, delete, id_of};

/// The most people in a list.
const LINES_MAX: i64 = 1000;

/// A person, as operators see one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonForOperator {
    /// The name in addresses.
    pub handle: Handle,
    /// The name to show.
    pub name: String,
    /// Whether others can see the page.
    pub listed: bool,
    /// Why an operator hid the page, if one did.
    pub hidden: Option<String>,
    /// When the account was made.
    pub made_ms: i64,
    /// Devices linked to it.
    pub devices: u64,
}

impl Store {
    /// People, newest first; at most 1,000.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn people_for_operators(&self) -> Result<Vec<PersonForOperator>, StoreError> {
        let wanted = query(
            "SELECT handle, name, listed, hidden, made_ms,
                    (SELECT COUNT(*) FROM person_key JOIN device ON device.key = person_key.voter
                     WHERE person_key.person = person.id) AS devices
             FROM person ORDER BY made_ms DESC, handle LIMIT $1",
        )
        .bind(LINES_MAX);
        let rows = self.rows(wanted).await?;
        rows.iter()
            .map(|row| {
                Ok(PersonForOperator {
                    handle: parsed(row, "handle")?,
                    name: row.try_get("name")?,
                    listed: row.try_get::<i64>("listed")? == 1,
                    hidden: row.try_get("hidden")?,
                    made_ms: row.try_get("made_ms")?,
                    devices: number(row, "devices")?,
                })
            })
            .collect()
    }

    /// Hides a person's page and name, whatever they choose, until it is shown again. The person is told the
    /// reason.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn hide_person(&self, handle: &Handle, reason: &str) -> Result<(), StoreError> {
        let (handle, reason) = (handle.clone(), reason.to_owned());
        self.write(move |tx| set_hidden(tx, &handle, Some(&reason), &reason))
            .await
    }

    /// The person may be found again, if they choose to be.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn show_person(&self, handle: &Handle, reason: &str) -> Result<(), StoreError> {
        let (handle, reason) = (handle.clone(), reason.to_owned());
        self.write(move |tx| set_hidden(tx, &handle, None, &reason))
            .await
    }

    /// Deletes a person's account as if they had asked for it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn remove_person(
        &self,
        handle: &Handle,
        artist: ArtistName,
        reason: &str,
    ) -> Result<(), StoreError> {
        let (handle, reason) = (handle.clone(), reason.to_owned());
        self.write(move |tx| {
            let person = id_of(tx.conn, &handle)?;
            delete(tx, person, artist)?;
            log(tx, "delete person", handle.as_str(), &reason)
        })
        .await
    }
}

fn set_hidden(
    tx: &mut Tx<'_>,
    handle: &Handle,
    hidden: Option<&str>,
    reason: &str,
) -> Result<(), StoreError> {
    let person = id_of(tx.conn, handle)?;
    query("UPDATE person SET hidden = $2, listed = 0 WHERE id = $1")
        .bind(person.to_string())
        .bind(hidden)
        .execute(&mut *tx.conn)?;
    let action = match hidden {
        Some(_) => "hide person",
        None => "show person",
    };
    log(tx, action, handle.as_str(), reason)
}
