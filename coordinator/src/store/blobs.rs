//! Which blobs are needed: everything that a row names and somebody may ask for again.

use std::collections::BTreeSet;

use woolgather_protocol::Blake3;

use super::database::query;
use super::rows::parsed;
use super::{Store, StoreError};

/// Rows looked at in one go.
const ROWS_AT_ONCE: i64 = 5_000;

/// Statements that name blobs of rows with a number above `$1`, at most `$2` of them, in order. A
/// segment is of no use any more once it was refused or set aside: what was wrong with it is kept as
/// pictures, and nobody joins or audits it again.
const NUMBERED: [&str; 6] = [
    "SELECT number, segment AS blob FROM submission
     WHERE number > $1 AND state NOT IN ('refused', 'quarantined') AND short_segment IS NULL
     ORDER BY number LIMIT $2",
    "SELECT number, blob FROM clip WHERE number > $1 AND blob IS NOT NULL
     ORDER BY number LIMIT $2",
    "SELECT number, torrent AS blob FROM clip WHERE number > $1 AND torrent IS NOT NULL
     ORDER BY number LIMIT $2",
    "SELECT number, poster AS blob FROM clip WHERE number > $1 AND poster IS NOT NULL
     ORDER BY number LIMIT $2",
    "SELECT number, poster AS blob FROM sheep WHERE number > $1 AND poster IS NOT NULL
     ORDER BY number LIMIT $2",
    "SELECT number, preview AS blob FROM entry WHERE number > $1 AND preview IS NOT NULL
     ORDER BY number LIMIT $2",
];

/// The pictures of verdicts, of which there are few.
const PICTURES: [&str; 2] = [
    "SELECT submitted AS blob FROM verdict",
    "SELECT rendered AS blob FROM verdict",
];

impl Store {
    /// Every blob that a row needs: segments in use, clips, torrents, pictures.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn blobs_named(&self) -> Result<BTreeSet<Blake3>, StoreError> {
        let mut named = BTreeSet::new();
        self.each_named(|blob| {
            named.insert(blob);
        })
        .await?;
        Ok(named)
    }

    /// Those of `blobs` that no row needs. The rows are looked at in parts, not at one moment: what
    /// came to be needed meanwhile may be among the answer.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn unneeded(
        &self,
        mut blobs: BTreeSet<Blake3>,
    ) -> Result<BTreeSet<Blake3>, StoreError> {
        if !blobs.is_empty() {
            self.each_named(|blob| {
                blobs.remove(&blob);
            })
            .await?;
        }
        Ok(blobs)
    }

    async fn each_named(&self, mut visit: impl FnMut(Blake3)) -> Result<(), StoreError> {
        for sql in NUMBERED {
            let mut after = 0_i64;
            loop {
                let wanted = query(sql).bind(after).bind(ROWS_AT_ONCE);
                let rows = self.rows(wanted).await?;
                for row in &rows {
                    visit(parsed(row, "blob")?);
                }
                match rows.last() {
                    Some(row) => after = row.try_get("number")?,
                    None => break,
                }
            }
        }
        for sql in PICTURES {
            for row in self.rows(query(sql)).await? {
                visit(parsed(&row, "blob")?);
            }
        }
        Ok(())
    }
}
