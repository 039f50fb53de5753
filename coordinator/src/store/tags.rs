//! Tags of sheep: an artist's, an operator's, and those that were measured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use woolgather_coordinator_core::looks::measured_tags;
use woolgather_genome::Descriptors;
use woolgather_protocol::{ProblemKind, SheepId, Tag};

use super::database::{Database, query};
use super::flock::next_manifest;
use super::gallery::index;
use super::operators::log;
use super::rows::{corrupt, name_of, number, parsed};
use super::writer::Tx;
use super::{Store, StoreError};

/// The longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 80;

/// Who gave a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagSource {
    /// The artist, with the entry.
    Artist,
    /// Nobody: it says what the picture looks like in numbers.
    Measured,
    /// An operator.
    Operator,
}

/// A tag and how many living sheep have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCount {
    /// The tag.
    pub tag: Tag,
    /// Living sheep.
    pub sheep: u64,
}

impl Store {
    /// A sheep's tags, in order of their letters.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn tags_of(&self, sheep: &SheepId) -> Result<Vec<Tag>, StoreError> {
        let sheep = sheep.clone();
        self.read(move |conn| tags_of(conn, &sheep)).await
    }

    /// The tags that most of the living sheep have, at most so many, the most frequent first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn frequent_tags(&self, most: u32) -> Result<Vec<TagCount>, StoreError> {
        // The newest few thousand stand for all: this is for choosing, not for counting.
        let wanted = query(
            "SELECT sheep_tag.tag AS tag, COUNT(*) AS sheep
             FROM (SELECT id FROM sheep WHERE state = 'live' ORDER BY number DESC LIMIT 2000) AS near
             JOIN sheep_tag ON sheep_tag.sheep = near.id
             GROUP BY sheep_tag.tag ORDER BY COUNT(*) DESC, sheep_tag.tag LIMIT $1",
        )
        .bind(i64::from(most));
        let rows = self.rows(wanted).await?;
        rows.iter()
            .map(|row| {
                Ok(TagCount {
                    tag: parsed(row, "tag")?,
                    sheep: number(row, "sheep")?,
                })
            })
            .collect()
    }

    /// An operator gives a sheep tags and takes others away, whoever gave those.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn change_tags(
        &self,
        sheep: &SheepId,
        add: Vec<Tag>,
        remove: Vec<Tag>,
    ) -> Result<Vec<Tag>, StoreError> {
        let sheep = sheep.clone();
        self.write(move |tx| {
            must_exist(tx.conn, &sheep)?;
            for gone in &remove {
                query("DELETE FROM sheep_tag WHERE sheep = $1 AND tag = $2")
                    .bind(sheep.as_str())
                    .bind(gone.as_str())
                    .execute(&mut *tx.conn)?;
            }
            index(tx.conn, &sheep)?;
            for new in &add {
                tag(tx, &sheep, new, TagSource::Operator)?;
            }
            let line = |tags: &[Tag]| tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(" ");
            let reason = format!("given: {}; taken: {}", line(&add), line(&remove));
            log(tx, "tag", sheep.as_str(), &reason)?;
            tags_of(tx.conn, &sheep)
        })
        .await
    }

    /// An operator gives a sheep another title; its clips are named anew with it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`, or `malformed-request` for a title that is empty or too long.
    pub async fn set_title(&self, sheep: &SheepId, title: &str) -> Result<(), StoreError> {
        let (sheep, title) = (sheep.clone(), title.trim().to_owned());
        if title.is_empty() || title.chars().count() > TITLE_CHARS_MAX {
            let detail = format!("A title has 1 to {TITLE_CHARS_MAX} characters.");
            return Err(StoreError::refused(ProblemKind::MalformedRequest, detail));
        }
        self.write(move |tx| set_title(tx, &sheep, &title)).await
    }
}

/// Gives a sheep a tag, once. An artist's stays an artist's.
pub(super) fn tag(
    tx: &mut Tx<'_>,
    sheep: &SheepId,
    tag: &Tag,
    source: TagSource,
) -> Result<(), StoreError> {
    write(tx.conn, sheep, tag, source)?;
    index(tx.conn, sheep)
}

/// Gives a sheep the tags that its looks say, instead of those they said before.
pub(super) fn tag_by_looks(
    conn: &mut dyn Database,
    sheep: &SheepId,
    looks: &Descriptors,
) -> Result<(), StoreError> {
    query("DELETE FROM sheep_tag WHERE sheep = $1 AND source = $2")
        .bind(sheep.as_str())
        .bind(name_of(&TagSource::Measured))
        .execute(&mut *conn)?;
    for word in measured_tags(looks) {
        let tag = word.parse().map_err(corrupt)?;
        write(conn, sheep, &tag, TagSource::Measured)?;
    }
    index(conn, sheep)
}

/// A sheep's tags, inside a transaction.
pub(super) fn tags_of(conn: &mut dyn Database, sheep: &SheepId) -> Result<Vec<Tag>, StoreError> {
    let rows = query("SELECT tag FROM sheep_tag WHERE sheep = $1 ORDER BY tag")
        .bind(sheep.as_str())
        .fetch_all(conn)?;
    rows.iter().map(|row| parsed(row, "tag")).collect()
}

fn write(
    conn: &mut dyn Database,
    sheep: &SheepId,
    tag: &Tag,
    source: TagSource,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO sheep_tag (sheep, tag, source) VALUES ($1, $2, $3)
         ON CONFLICT (sheep, tag) DO NOTHING",
    )
    .bind(sheep.as_str())
    .bind(tag.as_str())
    .bind(name_of(&source))
    .execute(conn)?;
    Ok(())
}

fn must_exist(conn: &mut dyn Database, sheep: &SheepId) -> Result<(), StoreError> {
    let found = query("SELECT number FROM sheep WHERE id = $1")
        .bind(sheep.as_str())
        .fetch_optional(conn)?;
    found
        .map(drop)
        .ok_or_else(|| StoreError::not_found("sheep", sheep))
}

fn set_title(tx: &mut Tx<'_>, sheep: &SheepId, title: &str) -> Result<(), StoreError> {
    must_exist(tx.conn, sheep)?;
    query("UPDATE sheep SET title = $2 WHERE id = $1")
        .bind(sheep.as_str())
        .bind(title)
        .execute(&mut *tx.conn)?;
    let rows = query(
        "SELECT clip.id AS clip, clip.from_sheep, clip.to_sheep, near.title AS near, far.title AS far
         FROM clip JOIN sheep AS near ON near.id = clip.from_sheep
         JOIN sheep AS far ON far.id = clip.to_sheep
         WHERE clip.from_sheep = $1 OR clip.to_sheep = $1",
    )
    .bind(sheep.as_str())
    .fetch_all(&mut *tx.conn)?;
    let mut titles = BTreeMap::new();
    for row in &rows {
        let (from, to): (SheepId, SheepId) = (parsed(row, "from_sheep")?, parsed(row, "to_sheep")?);
        let (near, far): (&str, &str) = (row.try_get("near")?, row.try_get("far")?);
        let named = if from == to {
            near.to_owned()
        } else {
            format!("{near} → {far}")
        };
        titles.insert(row.try_get::<String>("clip")?, named);
    }
    for (clip, named) in titles {
        query("UPDATE clip SET title = $2 WHERE id = $1")
            .bind(clip)
            .bind(named)
            .execute(&mut *tx.conn)?;
    }
    index(tx.conn, sheep)?;
    log(tx, "title", sheep.as_str(), title)?;
    next_manifest(tx).map(drop)
}
