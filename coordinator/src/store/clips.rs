//! Clips as people, jobs and the tracker see them. Publishing and planning are in `publishing`.

use serde::{Deserialize, Serialize};
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{Blake3, ClipId, InfoHash, Sha256, SheepId, WorkUnitId};

use super::database::{Database, Row, query};
use super::devices::ANONYMOUS;
use super::rows::{maybe_parsed, name_of, named, number, parsed};
use super::{FrameMeans, Page, PageRequest, Store, StoreError};

/// Life of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClipState {
    /// Workers render its segments.
    Rendering,
    /// Every segment is accepted; the server joins them.
    Joining,
    /// Published.
    Live,
    /// No longer shown; file and torrent stay.
    Retired,
}

/// A clip.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipRow {
    /// Its place in the order of planning, from 1; the page cursor.
    pub number: i64,
    /// Its name in addresses.
    pub id: ClipId,
    /// Goes up when it is repaired.
    pub version: u32,
    /// Loop or edge.
    pub kind: ClipKind,
    /// Where it starts.
    pub from: SheepId,
    /// Where it ends.
    pub to: SheepId,
    /// Its title for people: the sheep's, or both sheep's.
    pub title: String,
    /// How far it has come.
    pub state: ClipState,
    /// Its frames.
    pub frames: u32,
    /// Its segments.
    pub segments: u32,
    /// The random number all its frames are keyed with.
    pub rng_seed: u64,
    /// When it was planned.
    pub planned_at_ms: i64,
    /// When it went live.
    pub published_at_ms: Option<i64>,
    /// What was published; `None` before it went live.
    pub file: Option<NewClipFile>,
}

/// What the job `Join` made, every blob in the blob folder already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClipFile {
    /// The blob with the clip's MP4.
    pub blob: Blake3,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Sha256,
    /// Its torrent's name.
    pub info_hash: InfoHash,
    /// The blob with the torrent.
    pub torrent: Blake3,
    /// The blob with the poster (WebP); a loop's becomes its sheep's picture.
    pub poster: Blake3,
}

/// One accepted segment of a clip, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinSegment {
    /// The work unit.
    pub work_unit: WorkUnitId,
    /// Which segment of the clip, from 0.
    pub segment: u32,
    /// The blob.
    pub blob: Blake3,
    /// Means of its first decoded frame.
    pub first: FrameMeans,
    /// Means of its last decoded frame.
    pub last: FrameMeans,
}

impl Store {
    /// A clip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn clip(&self, clip: &ClipId) -> Result<ClipRow, StoreError> {
        let clip = clip.clone();
        self.read(move |conn| find_clip(conn, &clip)).await
    }

    /// Clips in a state (or all), newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn clips(
        &self,
        state: Option<ClipState>,
        page: PageRequest,
    ) -> Result<Page<ClipRow>, StoreError> {
        let wanted = query(
            "SELECT * FROM clip WHERE ($1 = '' OR state = $1) AND number < $2
             ORDER BY number DESC LIMIT $3",
        )
        .bind(state.as_ref().map(name_of).unwrap_or_default())
        .bind(page.after.unwrap_or(i64::MAX))
        .bind(page.fetch());
        let rows = self.rows(wanted).await?;
        Ok(Page::of(clip_rows(&rows)?, &page, |clip| clip.number))
    }

    /// A sheep's clips: its loop, then edges that leave or reach it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn clips_of_sheep(&self, sheep: &SheepId) -> Result<Vec<ClipRow>, StoreError> {
        let wanted = query(
            "SELECT * FROM clip WHERE from_sheep = $1 OR to_sheep = $1
             ORDER BY CASE WHEN from_sheep = to_sheep THEN 0 ELSE 1 END, number",
        )
        .bind(sheep.as_str());
        let rows = self.rows(wanted).await?;
        clip_rows(&rows)
    }

    /// The live clip whose torrent has this name; the tracker knows no others.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn clip_by_info_hash(
        &self,
        info_hash: InfoHash,
    ) -> Result<Option<ClipRow>, StoreError> {
        let wanted = query("SELECT * FROM clip WHERE info_hash = $1 AND state = $2")
            .bind(info_hash.to_string())
            .bind(name_of(&ClipState::Live));
        let row = self.row(wanted).await?;
        row.as_ref().map(clip_row).transpose()
    }

    /// The accepted segments of a clip, in order; fewer than the clip's `segments` when some are
    /// missing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn join_segments(&self, clip: &ClipId) -> Result<Vec<JoinSegment>, StoreError> {
        let wanted = query(
            "SELECT work_unit.id, work_unit.segment AS place, submission.segment AS blob,
                    submission.first_means, submission.last_means
             FROM work_unit
             JOIN clip ON clip.id = work_unit.clip AND clip.version = work_unit.clip_version
             JOIN submission ON submission.number = work_unit.submission
             WHERE work_unit.clip = $1 AND work_unit.state = 'accepted'
             ORDER BY work_unit.segment",
        )
        .bind(clip.as_str());
        let rows = self.rows(wanted).await?;
        rows.iter()
            .map(|row| {
                Ok(JoinSegment {
                    work_unit: parsed(row, "id")?,
                    segment: number(row, "place")?,
                    blob: parsed(row, "blob")?,
                    first: FrameMeans::from_bytes(row.try_get("first_means")?)?,
                    last: FrameMeans::from_bytes(row.try_get("last_means")?)?,
                })
            })
            .collect()
    }

    /// Names of the volunteers who rendered a clip, most segments first; "anonymous" for devices
    /// without a name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn volunteers(&self, clip: &ClipId) -> Result<Vec<String>, StoreError> {
        let clip = clip.clone();
        let counts = self.read(move |conn| volunteer_counts(conn, Some(&clip)));
        let counts = counts.await?;
        Ok(counts.into_iter().map(|count| count.name).collect())
    }
}

/// That a volunteer rendered part of a clip.
pub(super) struct VolunteerCount {
    pub(super) clip: ClipId,
    pub(super) name: String,
}

/// Two statements: one that may mean every clip would be read as if it did.
macro_rules! volunteer_counts {
    ($only:literal) => {
        concat!(
            "SELECT work_unit.clip AS clip, device.volunteer AS volunteer, COUNT(*) AS units
             FROM credit
             JOIN work_unit ON work_unit.id = credit.work_unit
             JOIN device ON device.key = credit.device
             WHERE credit.voided = 0 ",
            $only,
            " GROUP BY work_unit.clip, device.volunteer
             ORDER BY work_unit.clip, units DESC, device.volunteer"
        )
    };
}

/// Who rendered a clip (or every clip), for each clip most segments first.
pub(super) fn volunteer_counts(
    conn: &mut dyn Database,
    clip: Option<&ClipId>,
) -> Result<Vec<VolunteerCount>, StoreError> {
    let wanted = match clip {
        Some(clip) => query(volunteer_counts!("AND work_unit.clip = $1")).bind(clip.as_str()),
        None => query(volunteer_counts!("")),
    };
    let rows = wanted.fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            Ok(VolunteerCount {
                clip: parsed(row, "clip")?,
                name: shown_name(row.try_get("volunteer")?),
            })
        })
        .collect()
}

/// A volunteer's name as people see it.
pub(super) fn shown_name(volunteer: String) -> String {
    if volunteer.is_empty() {
        ANONYMOUS.to_owned()
    } else {
        volunteer
    }
}

/// A clip, inside a transaction.
pub(super) fn find_clip(conn: &mut dyn Database, clip: &ClipId) -> Result<ClipRow, StoreError> {
    let row = query("SELECT * FROM clip WHERE id = $1")
        .bind(clip.as_str())
        .fetch_optional(conn)?
        .ok_or_else(|| StoreError::not_found("clip", clip))?;
    clip_row(&row)
}

pub(super) fn clip_rows(rows: &[Row]) -> Result<Vec<ClipRow>, StoreError> {
    rows.iter().map(clip_row).collect()
}

fn clip_row(row: &Row) -> Result<ClipRow, StoreError> {
    Ok(ClipRow {
        number: row.try_get("number")?,
        id: parsed(row, "id")?,
        version: number(row, "version")?,
        kind: named(row, "kind")?,
        from: parsed(row, "from_sheep")?,
        to: parsed(row, "to_sheep")?,
        title: row.try_get("title")?,
        state: named(row, "state")?,
        frames: number(row, "frames")?,
        segments: number(row, "segments")?,
        rng_seed: row.try_get::<i64>("rng_seed")?.cast_unsigned(),
        planned_at_ms: row.try_get("planned_ms")?,
        published_at_ms: row.try_get("published_ms")?,
        file: clip_file(row)?,
    })
}

fn clip_file(row: &Row) -> Result<Option<NewClipFile>, StoreError> {
    let Some(blob) = maybe_parsed(row, "blob")? else {
        return Ok(None);
    };
    Ok(Some(NewClipFile {
        blob,
        bytes: number(row, "bytes")?,
        sha256: parsed(row, "sha256")?,
        info_hash: parsed(row, "info_hash")?,
        torrent: parsed(row, "torrent")?,
        poster: parsed(row, "poster")?,
    }))
}
