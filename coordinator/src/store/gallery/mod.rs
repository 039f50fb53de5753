//! The gallery: sheep by room, order, tag, artist and word, a page at a time.
//!
//! Every list is walked along an index from a mark (the last row's place), so the hundred-thousandth sheep costs
//! what the first does. What sheep are filtered by are *terms*: `sheep_term` has one row for each tag, artist and word
//! of a sheep. Where the rarest wanted term has few sheep, those are read and put in order; where even that one has
//! many, the order's index is walked until the page is full, at most [`WALK_MAX`] sheep far.
//!
//! [`terms`]: what sheep are found by. [`orders`]: the statements. This file chooses between them.

mod orders;
mod terms;

use std::fmt;
use std::str::FromStr;

use woolgather_protocol::sheep::{Room, Sort};
use woolgather_protocol::{ClipId, SheepId, Tag};

use super::database::{Database, Query, Row, query};
use super::devices::active_devices;
use super::rows::{maybe_parsed, number, parsed, stored};
use super::sheep::sheep_row;
use super::tags::tags_of;
use super::{SheepRow, Store, StoreError};
use orders::{Along, Order};
use terms::{RARE_MAX, ranges, sheep_with};

#[cfg(test)]
pub(super) use orders::statements;
pub(super) use terms::{fill, index};

/// Sheep on a page at most.
pub const GALLERY_PAGE_MAX: u32 = 100;
/// Tags, an artist and words that one list is filtered by.
pub const TERMS_MAX: usize = 6;
/// How far an order is walked for sheep that have only common terms.
const WALK_MAX: i64 = 10_000;
/// How far the sheep of a room are counted.
pub const COUNTED_MAX: u64 = 1_000;

/// A row's place in an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    key: f64,
    number: i64,
}

/// From where a list is read.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Start {
    /// From its first row.
    #[default]
    First,
    /// From the row after this.
    After(Mark),
    /// The page that ends before this.
    Before(Mark),
}

/// What the sheep on a list have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GalleryFilter {
    /// All of these.
    pub tags: Vec<Tag>,
    /// Made by this artist, however the name is capitalised; the whole name.
    pub artist: Option<String>,
    /// With words in title, artist or tags that begin like these.
    pub words: String,
}

/// A page of the gallery, as it is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct GalleryRequest {
    /// Which sheep.
    pub room: Room,
    /// In which order.
    pub sort: Sort,
    /// What they have in common.
    pub filter: GalleryFilter,
    /// From where.
    pub start: Start,
    /// How many, at most [`GALLERY_PAGE_MAX`].
    pub limit: u32,
}

/// A sheep in the gallery.
#[derive(Debug, Clone, PartialEq)]
pub struct GalleryRow {
    /// The sheep.
    pub sheep: SheepRow,
    /// Its loop and the version, once it was published.
    pub clip: Option<(ClipId, u32)>,
}

/// A page of the gallery.
#[derive(Debug, Clone, PartialEq)]
pub struct GalleryPage {
    /// The sheep.
    pub rows: Vec<GalleryRow>,
    /// Where the page before ends; `None` on the first.
    pub before: Option<Mark>,
    /// Where the next begins; `None` on the last.
    pub after: Option<Mark>,
    /// There may be more further on than were looked at: every term is common, and few sheep have all of them.
    pub is_cut: bool,
}

/// What the flock is doing, in a few numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Glance {
    /// Living sheep.
    pub living: u64,
    /// Clips that are being rendered or joined.
    pub clips_rendering: u64,
    /// Workers heard of lately.
    pub workers_active: u64,
    /// Frames accepted within the last 24 hours.
    pub frames_today: u64,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.key, self.number)
    }
}

/// Why a text is no mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a list is read on from where it ended, not from anywhere else")]
pub struct MarkError;

impl FromStr for Mark {
    type Err = MarkError;

    fn from_str(text: &str) -> Result<Self, MarkError> {
        let (key, number) = text.split_once('_').ok_or(MarkError)?;
        let key: f64 = key.parse().map_err(|_| MarkError)?;
        let number = number.parse().map_err(|_| MarkError)?;
        let mark = Self { key, number };
        Some(mark)
            .filter(|mark| mark.key.is_finite())
            .ok_or(MarkError)
    }
}

impl Store {
    /// A page of the gallery.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn gallery(&self, wanted: GalleryRequest) -> Result<GalleryPage, StoreError> {
        let now_ms = self.now_ms();
        self.read(move |conn| gallery(conn, &wanted, now_ms)).await
    }

    /// How many sheep a room has; `None` for more than [`COUNTED_MAX`].
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn count_in_room(&self, room: Room) -> Result<Option<u64>, StoreError> {
        let wanted = match room {
            Room::Living => query(
                "SELECT COUNT(*) AS found FROM
                 (SELECT 1 FROM sheep WHERE state = 'live' LIMIT $1) AS counted",
            ),
            Room::Archive => query(
                "SELECT COUNT(*) AS found FROM
                 (SELECT 1 FROM sheep WHERE state = 'retired' LIMIT $1) AS counted",
            ),
            Room::Hall => query(
                "SELECT COUNT(*) AS found FROM
                 (SELECT 1 FROM sheep WHERE fame > 0 AND state <> 'rendering' LIMIT $1) AS counted",
            ),
        };
        let most = i64::try_from(COUNTED_MAX).unwrap_or(i64::MAX);
        let wanted = wanted.bind(most.saturating_add(1));
        let row = self.read(|conn| Ok(wanted.fetch_one(conn)?)).await?;
        let found: u64 = number(&row, "found")?;
        Ok((found <= COUNTED_MAX).then_some(found))
    }

    /// The tags of several sheep, in the order asked.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn tags_of_each(&self, sheep: Vec<SheepId>) -> Result<Vec<Vec<Tag>>, StoreError> {
        self.read(move |conn| sheep.iter().map(|sheep| tags_of(conn, sheep)).collect())
            .await
    }

    /// A living sheep, the first from this place in the order of birth on, and round again; `None` where none lives.
    /// `draw` is any number.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn any_sheep(&self, draw: u64) -> Result<Option<SheepId>, StoreError> {
        self.read(move |conn| {
            let row = query("SELECT COALESCE(MAX(number), 0) AS newest FROM sheep")
                .fetch_one(&mut *conn)?;
            let newest: u64 = number(&row, "newest")?;
            let from = draw.checked_rem(newest).unwrap_or(0);
            for from in [from, 0] {
                let found = query(
                    "SELECT id FROM sheep WHERE state = 'live' AND number > $1
                     ORDER BY number LIMIT 1",
                )
                .bind(stored(from))
                .fetch_optional(&mut *conn)?;
                if let Some(row) = found {
                    return parsed(&row, "id").map(Some);
                }
            }
            Ok(None)
        })
        .await
    }

    /// The number of the youngest sheep; 0 where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn newest_number(&self) -> Result<i64, StoreError> {
        let newest = query("SELECT COALESCE(MAX(number), 0) AS newest FROM sheep");
        let row = self.read(|conn| Ok(newest.fetch_one(conn)?)).await?;
        Ok(row.try_get("newest")?)
    }

    /// Sheep that were published, with when that was, in order of birth, their numbers from after `after` to `last`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn published_between(
        &self,
        after: i64,
        last: i64,
    ) -> Result<Vec<(SheepId, i64)>, StoreError> {
        let wanted = query(
            "SELECT id, live_ms FROM sheep
             WHERE number > $1 AND number <= $2 AND live_ms IS NOT NULL ORDER BY number",
        );
        let rows = self.rows(wanted.bind(after).bind(last)).await?;
        rows.iter()
            .map(|row| Ok((parsed(row, "id")?, row.try_get("live_ms")?)))
            .collect()
    }

    /// What the flock is doing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn glance(&self) -> Result<Glance, StoreError> {
        let now_ms = self.now_ms();
        self.read(move |conn| {
            let workers_active = active_devices(&mut *conn, now_ms)?;
            let row = query(
                "SELECT (SELECT COUNT(*) FROM sheep WHERE state = 'live') AS living,
                        (SELECT COUNT(*) FROM clip WHERE state IN ('rendering', 'joining')) AS clips,
                        (SELECT CAST(COALESCE(SUM(work_unit.frame_count), 0) AS BIGINT)
                         FROM credit JOIN work_unit ON work_unit.id = credit.work_unit
                         WHERE credit.earned_ms > $1 AND credit.voided = 0) AS frames",
            )
            .bind(now_ms.saturating_sub(24 * 60 * 60 * 1000))
            .fetch_one(conn)?;
            Ok(Glance {
                living: number(&row, "living")?,
                clips_rendering: number(&row, "clips")?,
                workers_active,
                frames_today: number(&row, "frames")?,
            })
        })
        .await
    }
}

/// Above and below every place.
const TOP: Mark = Mark {
    key: f64::MAX,
    number: i64::MAX,
};
const BOTTOM: Mark = Mark {
    key: f64::MIN,
    number: i64::MIN,
};

impl GalleryRequest {
    /// The order, and whether its first row is its highest.
    fn order(&self) -> (Order, bool) {
        match (self.room, self.sort) {
            (Room::Hall, _) => (Order::Fame, true),
            (_, Sort::Best) => (Order::Best, true),
            (_, Sort::Uncertain) => (Order::Doubt, true),
            (_, Sort::Newest) => (Order::Birth, true),
            (_, Sort::Oldest) => (Order::Birth, false),
        }
    }

    fn state(&self) -> &'static str {
        match self.room {
            Room::Living => "live",
            Room::Archive => "retired",
            // The one that it must not be.
            Room::Hall => "rendering",
        }
    }

    fn rows(&self) -> usize {
        self.limit.clamp(1, GALLERY_PAGE_MAX) as usize
    }
}

fn gallery(
    conn: &mut dyn Database,
    wanted: &GalleryRequest,
    now_ms: i64,
) -> Result<GalleryPage, StoreError> {
    let (order, highest_first) = wanted.order();
    let backwards = matches!(wanted.start, Start::Before(_));
    let is_down = highest_first != backwards;
    let from = match wanted.start {
        Start::First if is_down => TOP,
        Start::First => BOTTOM,
        Start::After(mark) | Start::Before(mark) => mark,
    };
    let most = wanted.rows();
    let Some(Plan { statement, walks }) = plan(conn, wanted, &order.along(is_down), from)? else {
        return Ok(GalleryPage::empty());
    };
    let mut rows = statement.fetch_all(conn)?;
    let more = rows.len() > most;
    rows.truncate(most);
    if backwards {
        rows.reverse();
    }
    let first = rows.first().map(|row| order.mark(row)).transpose()?;
    let last = rows.last().map(|row| order.mark(row)).transpose()?;
    let (has_before, has_after) = match wanted.start {
        Start::First => (false, more),
        Start::After(_) => (true, more),
        Start::Before(_) => (more, true),
    };
    let page: Result<_, StoreError> = rows.iter().map(|row| gallery_row(row, now_ms)).collect();
    Ok(GalleryPage {
        rows: page?,
        before: first.filter(|_| has_before),
        after: last.filter(|_| has_after),
        is_cut: walks && !more,
    })
}

impl GalleryPage {
    fn empty() -> Self {
        Self {
            rows: Vec::new(),
            before: None,
            after: None,
            is_cut: false,
        }
    }
}

/// How a page is read.
struct Plan {
    statement: Query,
    /// Along an order past sheep that are not wanted, and not to its end.
    walks: bool,
}

/// `None` where a wanted term has no sheep at all.
fn plan(
    conn: &mut dyn Database,
    wanted: &GalleryRequest,
    along: &Along,
    from: Mark,
) -> Result<Option<Plan>, StoreError> {
    let fetch = i64::try_from(wanted.rows()).unwrap_or(i64::MAX) + 1;
    let placed = |sql, reach: i64| {
        let statement = query(sql).bind(wanted.state());
        statement.bind(from.key).bind(from.number).bind(reach)
    };
    let mut counted = Vec::new();
    for range in ranges(&wanted.filter) {
        counted.push((sheep_with(conn, &range)?, range));
    }
    counted.sort_by_key(|(count, _)| *count);
    let Some((fewest, rarest)) = counted.first() else {
        let statement = placed(along.plain, fetch);
        return Ok(Some(Plan {
            statement,
            walks: false,
        }));
    };
    if *fewest == 0 {
        return Ok(None);
    }
    let walks = *fewest > RARE_MAX;
    let mut statement = if walks {
        placed(along.walked, WALK_MAX)
    } else {
        // Not a bound but a fact: PostgreSQL plans by it.
        placed(along.driven, *fewest)
    };
    // Places that are not needed ask for the rarest term again.
    let ranges = counted.iter().map(|(_, range)| range);
    for range in ranges.chain(std::iter::repeat(rarest)).take(TERMS_MAX) {
        statement = statement.bind(&*range.from).bind(&*range.to);
    }
    let statement = statement.bind(fetch);
    Ok(Some(Plan { statement, walks }))
}

fn gallery_row(row: &Row, now_ms: i64) -> Result<GalleryRow, StoreError> {
    let clip = match maybe_parsed(row, "clip_id")? {
        Some(clip) => Some((clip, number(row, "clip_version")?)),
        None => None,
    };
    Ok(GalleryRow {
        sheep: sheep_row(row, now_ms)?,
        clip,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        for mark in [
            Mark {
                key: 0.1 + 0.2,
                number: 7,
            },
            Mark {
                key: -1e-300,
                number: 1,
            },
            Mark {
                key: 12.0,
                number: i64::MAX,
            },
        ] {
            assert_eq!(mark.to_string().parse(), Ok(mark));
        }
        for text in ["", "7", "x_7", "1_x", "inf_3", "NaN_3"] {
            assert_eq!(text.parse::<Mark>(), Err(MarkError), "{text}");
        }
    }
}
