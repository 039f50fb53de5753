//! Drafts: a file that an artist looks at before offering what is in it.
//!
//! A draft is its browser's alone and lives for an hour. There is a bound on how many wait, of one
//! browser and of all; the oldest make room.

use woolgather_protocol::{EntryId, SheepId};

use super::database::query;
use super::rows::parsed;
use super::writer::Tx;
use super::{Store, StoreError, VoterId};

/// How long a draft lives.
const DRAFT_LASTS_MS: i64 = 60 * 60 * 1000;
/// Drafts of one browser.
const OF_ONE_MAX: i64 = 8;
/// Drafts of all browsers: with the largest files, 128 MB.
const OF_ALL_MAX: i64 = 256;

/// A file on its way to be entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The file, which was read once without an error.
    pub xml: String,
    /// The artist's name as typed; may be empty.
    pub artist: String,
    /// The sheep that its flames branch from.
    pub parent: Option<SheepId>,
}

impl Store {
    /// Keeps a draft for an hour and returns its name.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn keep_draft(
        &self,
        draft: Draft,
        uploader: &VoterId,
    ) -> Result<EntryId, StoreError> {
        let uploader = uploader.clone();
        self.write(move |tx| keep(tx, &draft, &uploader)).await
    }

    /// A browser's own draft; `None` when it is forgotten, or anybody else's.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn draft(
        &self,
        id: &EntryId,
        uploader: &VoterId,
    ) -> Result<Option<Draft>, StoreError> {
        let wanted = query(
            "SELECT xml, artist, parent FROM draft WHERE id = $1 AND uploader = $2 AND made_ms > $3",
        )
        .bind(id.as_str())
        .bind(uploader.as_str())
        .bind(self.now_ms() - DRAFT_LASTS_MS);
        let Some(row) = self.row(wanted).await? else {
            return Ok(None);
        };
        let parent = match row.try_get::<&str>("parent")? {
            "" => None,
            _ => Some(parsed(&row, "parent")?),
        };
        Ok(Some(Draft {
            xml: row.try_get("xml")?,
            artist: row.try_get("artist")?,
            parent,
        }))
    }
}

fn keep(tx: &mut Tx<'_>, draft: &Draft, uploader: &VoterId) -> Result<EntryId, StoreError> {
    query("DELETE FROM draft WHERE made_ms <= $1")
        .bind(tx.now_ms - DRAFT_LASTS_MS)
        .execute(&mut *tx.conn)?;
    // One place for the new one.
    query(
        "DELETE FROM draft WHERE uploader = $1 AND id NOT IN
            (SELECT id FROM draft WHERE uploader = $1 ORDER BY made_ms DESC, id LIMIT $2)",
    )
    .bind(uploader.as_str())
    .bind(OF_ONE_MAX - 1)
    .execute(&mut *tx.conn)?;
    query(
        "DELETE FROM draft WHERE id NOT IN
            (SELECT id FROM draft ORDER BY made_ms DESC, id LIMIT $1)",
    )
    .bind(OF_ALL_MAX - 1)
    .execute(&mut *tx.conn)?;
    let id = EntryId::from_random(tx.random());
    query(
        "INSERT INTO draft (id, uploader, xml, artist, parent, made_ms)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.as_str())
    .bind(uploader.as_str())
    .bind(&draft.xml)
    .bind(&draft.artist)
    .bind(draft.parent.as_ref().map_or("", SheepId::as_str))
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    Ok(id)
}
