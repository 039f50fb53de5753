//! The gallery: sheep by room, order, tag, artist and word, a page at a time.
//!
//! Every list is walked along an index from a mark (the last row's place), so the hundred-thousandth sheep costs
//! what the first does. What sheep are filtered by are *terms*: `sheep_term` has one row for each tag, artist and word
//! of a sheep. Where the rarest wanted term has few sheep, those are read and put in order; where even that one has
//! many, the order's index is walked until the page is full, at most [`WALK_MAX`] sheep far.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use woolgather_coordinator_core::breeding::fame;
use woolgather_coordinator_core::ratings::Belief;
use woolgather_protocol::sheep::{Room, Sort};
use woolgather_protocol::{ClipId, SheepId, Tag};

use super::database::{Database, Query, Row, query};
use super::devices::active_devices;
use super::nursery::descriptors;
use super::rows::{maybe_parsed, number, parsed, stored};
use super::sheep::sheep_row;
use super::tags::{tag_by_looks, tags_of};
use super::{SheepRow, Store, StoreError};

/// Sheep on a page at most.
pub const GALLERY_PAGE_MAX: u32 = 100;
/// Tags, an artist and words that one list is filtered by.
pub const TERMS_MAX: usize = 6;
/// Characters of a word that count.
const WORD_CHARS_MAX: usize = 24;
/// Words of one sheep that it is found by.
const WORDS_MAX: usize = 24;
/// A term that more sheep have is common.
const RARE_MAX: i64 = 1_000;
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

/// Writes down anew what a sheep is found by; call it whenever title, artist or tags changed.
pub(super) fn index(conn: &mut dyn Database, sheep: &SheepId) -> Result<(), StoreError> {
    let row = query("SELECT number, title, artist FROM sheep WHERE id = $1")
        .bind(sheep.as_str())
        .fetch_one(&mut *conn)?;
    let place: i64 = row.try_get("number")?;
    let (title, artist): (&str, &str) = (row.try_get("title")?, row.try_get("artist")?);
    let tags = tags_of(&mut *conn, sheep)?;
    let mut terms: BTreeSet<Vec<u8>> = tags.iter().map(tag_term).collect();
    terms.insert(artist_term(artist));
    let texts = [title, artist];
    let texts = texts.into_iter().chain(tags.iter().map(Tag::as_str));
    terms.extend(
        texts
            .flat_map(words)
            .take(WORDS_MAX)
            .map(|word| word_term(&word)),
    );
    query("DELETE FROM sheep_term WHERE sheep = $1")
        .bind(place)
        .execute(&mut *conn)?;
    for term in terms {
        query("INSERT INTO sheep_term (sheep, term) VALUES ($1, $2)")
            .bind(place)
            .bind(term)
            .execute(&mut *conn)?;
    }
    Ok(())
}

/// Fills what is new for sheep that were there before there was a gallery.
pub(super) fn fill(conn: &mut dyn Database) -> Result<(), StoreError> {
    let rows =
        query("SELECT id, rating_mean, rating_variance, descriptors FROM sheep ORDER BY number")
            .fetch_all(&mut *conn)?;
    for row in &rows {
        let belief = Belief {
            mean: row.try_get("rating_mean")?,
            variance: row.try_get("rating_variance")?,
        };
        let sheep: SheepId = parsed(row, "id")?;
        query("UPDATE sheep SET fame = $2 WHERE id = $1")
            .bind(sheep.as_str())
            .bind(fame(belief))
            .execute(&mut *conn)?;
        match descriptors(row)? {
            Some(looks) => tag_by_looks(conn, &sheep, &looks)?,
            None => index(conn, &sheep)?,
        }
    }
    super::family::fill(conn)
}

/// The words of a text: runs of letters and digits, in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let lowered = word.chars().flat_map(char::to_lowercase);
            lowered.take(WORD_CHARS_MAX).collect()
        })
}

fn word_term(word: &str) -> Vec<u8> {
    [b"w", word.as_bytes()].concat()
}

fn tag_term(tag: &Tag) -> Vec<u8> {
    [b"t", tag.as_str().as_bytes()].concat()
}

fn artist_term(artist: &str) -> Vec<u8> {
    [b"a", artist.trim().to_lowercase().as_bytes()].concat()
}

/// Terms from one to before another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Range {
    from: Vec<u8>,
    to: Vec<u8>,
}

impl Range {
    fn exactly(term: Vec<u8>) -> Self {
        let to = [&term[..], &[0]].concat();
        Self { from: term, to }
    }

    /// UTF-8 never has the byte 255.
    fn beginning(term: Vec<u8>) -> Self {
        let to = [&term[..], &[255]].concat();
        Self { from: term, to }
    }
}

fn ranges(filter: &GalleryFilter) -> Vec<Range> {
    let tags = filter.tags.iter().map(tag_term).map(Range::exactly);
    let artist = filter.artist.iter().map(|artist| artist_term(artist));
    let artist = artist.map(Range::exactly);
    let words = words(&filter.words).map(|word| Range::beginning(word_term(&word)));
    tags.chain(artist).chain(words).take(TERMS_MAX).collect()
}

/// The statements of one way along one order.
struct Along {
    /// Without a filter. Values: state, key, number, rows.
    plain: &'static str,
    /// Filtered while walking. Values: state, key, number, how far, six ranges, rows.
    walked: &'static str,
    /// Filtered by what the first range finds. Values: the same.
    driven: &'static str,
}

macro_rules! with_clip {
    ($sheep:expr, $order:literal) => {
        concat!(
            "SELECT sheep.*, clip.id AS clip_id, clip.version AS clip_version FROM (",
            $sheep,
            ") AS sheep LEFT JOIN clip
             ON clip.from_sheep = sheep.id AND clip.to_sheep = sheep.id
                AND clip.state IN ('live', 'retired') AND clip.blob IS NOT NULL
             ORDER BY ",
            $order
        )
    };
}

// Counted, since PostgreSQL would make a join of each EXISTS and think about their order for longer than it reads.
macro_rules! has_terms {
    () => {
        has_terms!(@ "$5" "$6" "$7" "$8" "$9" "$10" "$11" "$12" "$13" "$14" "$15" "$16")
    };
    (@ $($from:literal $to:literal)*) => {
        concat!("TRUE", $(" AND (SELECT COUNT(*) FROM sheep_term WHERE sheep_term.sheep = sheep.number
            AND sheep_term.term >= ", $from, " AND sheep_term.term < ", $to, ") > 0"),*)
    };
}

// What the driver found is looked up by number. Said plainly, the room would tempt SQLite to walk the room's index
// once for every sheep found, so it is said of a value that no index has.
macro_rules! along {
    ($room:literal, $past:literal, $order:literal) => {
        along!($room, $past, $order, "sheep.state || '' = $1", $past)
    };
    ($room:literal, $past:literal, $order:literal, $found_room:literal, $found_past:literal) => {
        Along {
            plain: with_clip!(
                concat!(
                    "SELECT * FROM sheep WHERE ",
                    $room,
                    " AND ",
                    $past,
                    " ORDER BY ",
                    $order,
                    " LIMIT $4"
                ),
                $order
            ),
            walked: with_clip!(
                concat!(
                    "SELECT * FROM (SELECT * FROM sheep WHERE ",
                    $room,
                    " AND ",
                    $past,
                    " ORDER BY ",
                    $order,
                    " LIMIT $4) AS sheep WHERE ",
                    has_terms!(),
                    " ORDER BY ",
                    $order,
                    " LIMIT $17"
                ),
                $order
            ),
            driven: with_clip!(
                concat!(
                    "SELECT sheep.* FROM (SELECT DISTINCT sheep_term.sheep AS found FROM sheep_term
                     WHERE sheep_term.term >= $5 AND sheep_term.term < $6 LIMIT $4) AS driver
                     CROSS JOIN sheep WHERE sheep.number = driver.found AND ",
                    $found_room,
                    " AND ",
                    $found_past,
                    " AND ",
                    has_terms!(),
                    " ORDER BY ",
                    $order,
                    " LIMIT $17"
                ),
                $order
            ),
        }
    };
}

const BEST_DOWN: Along = along!(
    "sheep.state = $1",
    "(sheep.rating_mean, sheep.number) < ($2, $3)",
    "sheep.rating_mean DESC, sheep.number DESC"
);
const BEST_UP: Along = along!(
    "sheep.state = $1",
    "(sheep.rating_mean, sheep.number) > ($2, $3)",
    "sheep.rating_mean, sheep.number"
);
const DOUBT_DOWN: Along = along!(
    "sheep.state = $1",
    "(sheep.rating_variance, sheep.number) < ($2, $3)",
    "sheep.rating_variance DESC, sheep.number DESC"
);
const DOUBT_UP: Along = along!(
    "sheep.state = $1",
    "(sheep.rating_variance, sheep.number) > ($2, $3)",
    "sheep.rating_variance, sheep.number"
);
// By number alone; the key is the number again.
const BIRTH_DOWN: Along = along!(
    "sheep.state = $1",
    "sheep.number < $3 AND CAST($2 AS DOUBLE PRECISION) IS NOT NULL",
    "sheep.number DESC"
);
const BIRTH_UP: Along = along!(
    "sheep.state = $1",
    "sheep.number > $3 AND CAST($2 AS DOUBLE PRECISION) IS NOT NULL",
    "sheep.number"
);
const FAME_DOWN: Along = along!(
    "sheep.fame > 0 AND sheep.state <> $1",
    "(sheep.fame, sheep.number) < ($2, $3)",
    "sheep.fame DESC, sheep.number DESC",
    "sheep.fame + 0.0 > 0 AND sheep.state <> $1",
    "(sheep.fame + 0.0, sheep.number) < ($2, $3)"
);
const FAME_UP: Along = along!(
    "sheep.fame > 0 AND sheep.state <> $1",
    "(sheep.fame, sheep.number) > ($2, $3)",
    "sheep.fame, sheep.number",
    "sheep.fame + 0.0 > 0 AND sheep.state <> $1",
    "(sheep.fame + 0.0, sheep.number) > ($2, $3)"
);

/// Above and below every place.
const TOP: Mark = Mark {
    key: f64::MAX,
    number: i64::MAX,
};
const BOTTOM: Mark = Mark {
    key: f64::MIN,
    number: i64::MIN,
};

/// Which of the orders a request walks.
#[derive(Clone, Copy)]
enum Order {
    Best,
    Doubt,
    Birth,
    Fame,
}

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

impl Order {
    fn mark(self, row: &Row) -> Result<Mark, StoreError> {
        let number: i64 = row.try_get("number")?;
        let key = match self {
            Self::Best => row.try_get("rating_mean")?,
            Self::Doubt => row.try_get("rating_variance")?,
            Self::Fame => row.try_get("fame")?,
            Self::Birth => number as f64,
        };
        Ok(Mark { key, number })
    }

    fn along(self, is_down: bool) -> Along {
        match (self, is_down) {
            (Self::Best, true) => BEST_DOWN,
            (Self::Best, false) => BEST_UP,
            (Self::Doubt, true) => DOUBT_DOWN,
            (Self::Doubt, false) => DOUBT_UP,
            (Self::Birth, true) => BIRTH_DOWN,
            (Self::Birth, false) => BIRTH_UP,
            (Self::Fame, true) => FAME_DOWN,
            (Self::Fame, false) => FAME_UP,
        }
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

/// How often a term is there, counted a little further than it is rare.
fn sheep_with(conn: &mut dyn Database, range: &Range) -> Result<i64, StoreError> {
    let row = query(
        "SELECT COUNT(*) AS found FROM
         (SELECT 1 FROM sheep_term WHERE term >= $1 AND term < $2 LIMIT $3) AS counted",
    )
    .bind(&*range.from)
    .bind(&*range.to)
    .bind(RARE_MAX + 1)
    .fetch_one(conn)?;
    Ok(row.try_get("found")?)
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

/// Every statement that reads a page, named by the index that it has to walk.
#[cfg(test)]
pub(super) fn statements() -> Vec<(String, &'static str)> {
    let ways = [
        ("sheep_best down", BEST_DOWN),
        ("sheep_best up", BEST_UP),
        ("sheep_doubt down", DOUBT_DOWN),
        ("sheep_doubt up", DOUBT_UP),
        ("sheep_state down", BIRTH_DOWN),
        ("sheep_state up", BIRTH_UP),
        ("sheep_fame down", FAME_DOWN),
        ("sheep_fame up", FAME_UP),
    ];
    ways.into_iter()
        .flat_map(|(name, along)| {
            [
                (format!("{name}, plain"), along.plain),
                (format!("{name}, walked"), along.walked),
                (format!("{name}, driven"), along.driven),
            ]
        })
        .collect()
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

    #[test]
    fn words_are_runs_of_letters_and_digits_in_lower_case() {
        let found: Vec<_> = words("Owl in the-Reeds, №7 ÜBER").collect();
        assert_eq!(found, ["owl", "in", "the", "reeds", "7", "über"]);
        assert_eq!(words(" -- ").count(), 0);
        assert_eq!(words(&"x".repeat(99)).next().unwrap().len(), 24);
    }

    #[test]
    fn a_list_is_filtered_by_a_bounded_number_of_terms() {
        let filter = GalleryFilter {
            words: "one two three four five six seven eight".into(),
            ..GalleryFilter::default()
        };
        assert_eq!(ranges(&filter).len(), TERMS_MAX);
    }
}
