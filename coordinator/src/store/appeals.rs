//! What an artist may still do with an entry: see where it stands, withdraw it, ask once more.

use woolgather_coordinator_core::breeding::{Waiting, next_entry};
use woolgather_coordinator_core::ratings::DAY_MS;
use woolgather_protocol::entries::EntryState;
use woolgather_protocol::limits::{APPEAL_CHARS_MAX, clean_line};
use woolgather_protocol::{EntryId, ProblemKind};

use super::database::{Database, query};
use super::entries::{EntryRow, News, change, entry_row, find_entry};
use super::nursery::queue;
use super::people::{are_one, canonical};
use super::writer::Tx;
use super::{Store, StoreError, VoterId};

/// Entries that a browser is shown of its own.
const OWN_MAX: i64 = 100;
/// Days over which births of artists' sheep are averaged.
const DAYS: i64 = 7;

/// Where an entry waits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EntryPlace {
    /// It waits for an operator's look; otherwise to be born.
    pub review: bool,
    /// From 1.
    pub place: u32,
    /// How many wait there.
    pub waiting: u32,
    /// Artists' sheep that were born a day, over the last week.
    pub births_a_day: f64,
}

impl Store {
    /// What a browser or device has offered, or the person that it belongs to, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn entries_of(&self, uploader: &VoterId) -> Result<Vec<EntryRow>, StoreError> {
        let uploader = uploader.clone();
        self.read(move |conn| {
            let person = canonical(conn, &uploader)?;
            let rows = query(
                "SELECT * FROM entry WHERE uploader IN ($1, $2) ORDER BY number DESC LIMIT $3",
            )
            .bind(uploader.as_str())
            .bind(person.as_str())
            .bind(OWN_MAX)
            .fetch_all(conn)?;
            rows.iter().map(entry_row).collect()
        })
        .await
    }

    /// Where an entry waits; `None` where it waits for nobody.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn entry_place(&self, entry: &EntryId) -> Result<Option<EntryPlace>, StoreError> {
        let (entry, now_ms) = (entry.clone(), self.now_ms());
        self.read(move |conn| place(conn, &entry, now_ms)).await
    }

    /// Its uploader takes an entry back, as long as it is no sheep. Withdrawing a withdrawn one changes
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`, also for anybody else's; `malformed-request` when it is a
    /// sheep, or was rejected.
    pub async fn withdraw_entry(
        &self,
        entry: &EntryId,
        uploader: &VoterId,
    ) -> Result<(), StoreError> {
        let (entry, uploader) = (entry.clone(), uploader.clone());
        self.write(move |tx| withdraw(tx, &entry, &uploader)).await
    }

    /// Its uploader asks, once, that a rejected entry be looked at again, and says why.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`, also for anybody else's; `malformed-request` when nothing
    /// is said, when it was not rejected, was looked at again already, or could not be drawn.
    pub async fn appeal(
        &self,
        entry: &EntryId,
        uploader: &VoterId,
        words: &str,
    ) -> Result<(), StoreError> {
        let (entry, uploader) = (entry.clone(), uploader.clone());
        let words = clean_line(&words.replace(['\r', '\n'], " "), APPEAL_CHARS_MAX);
        self.write(move |tx| appeal(tx, &entry, &uploader, &words))
            .await
    }
}

/// The entry, if it is this uploader's.
fn own(tx: &mut Tx<'_>, entry: &EntryId, uploader: &VoterId) -> Result<EntryRow, StoreError> {
    let row = find_entry(tx.conn, entry)?;
    if are_one(tx.conn, &row.uploader, uploader)? {
        Ok(row)
    } else {
        Err(StoreError::not_found("entry of yours", entry))
    }
}

fn no(detail: &str) -> StoreError {
    StoreError::refused(ProblemKind::MalformedRequest, detail)
}

fn withdraw(tx: &mut Tx<'_>, entry: &EntryId, uploader: &VoterId) -> Result<(), StoreError> {
    let row = own(tx, entry, uploader)?;
    match (row.entry.state, &row.entry.sheep) {
        (EntryState::Withdrawn, _) => Ok(()),
        (_, Some(_)) => Err(no("It is a sheep already, and belongs to the flock.")),
        (EntryState::Rejected, _) => Err(no("It was not taken; there is nothing to withdraw.")),
        _ => change(
            tx,
            entry,
            &News::of(EntryState::Withdrawn, "You took it back."),
        ),
    }
}

fn appeal(
    tx: &mut Tx<'_>,
    entry: &EntryId,
    uploader: &VoterId,
    words: &str,
) -> Result<(), StoreError> {
    let row = own(tx, entry, uploader)?;
    if words.is_empty() {
        return Err(no("Say in a sentence why it should be looked at again."));
    }
    if row.appeal.is_some() {
        return Err(no(
            "It was looked at again already; an entry has one appeal.",
        ));
    }
    if row.entry.state != EntryState::Rejected {
        return Err(no("Nobody has turned it down."));
    }
    if row.preview.is_none() {
        return Err(no("It cannot be drawn, which no second look changes."));
    }
    query("UPDATE entry SET appeal = $2, appealed_ms = $3 WHERE id = $1")
        .bind(entry.as_str())
        .bind(words)
        .bind(tx.now_ms)
        .execute(&mut *tx.conn)?;
    let news = News::of(
        EntryState::NeedsReview,
        "You asked for a second look; an operator will read why.",
    );
    change(tx, entry, &news)
}

fn place(
    conn: &mut dyn Database,
    entry: &EntryId,
    now_ms: i64,
) -> Result<Option<EntryPlace>, StoreError> {
    let row = find_entry(conn, entry)?;
    let review = row.entry.state == EntryState::NeedsReview;
    let order = if review {
        in_review(conn)?
    } else if row.entry.state == EntryState::Accepted && row.entry.sheep.is_none() {
        in_turn(conn)?
    } else {
        return Ok(None);
    };
    let Some(before) = order.iter().position(|waiting| waiting == entry) else {
        return Ok(None);
    };
    let born = query(
        "SELECT COUNT(*) AS born FROM sheep
         WHERE born_ms > $1 AND EXISTS (SELECT 1 FROM entry WHERE entry.sheep = sheep.id)",
    )
    .bind(now_ms - DAYS * DAY_MS)
    .fetch_one(conn)?;
    Ok(Some(EntryPlace {
        review,
        place: u32::try_from(before + 1).unwrap_or(u32::MAX),
        waiting: u32::try_from(order.len()).unwrap_or(u32::MAX),
        births_a_day: born.try_get::<i64>("born")? as f64 / DAYS as f64,
    }))
}

/// Entries that wait for an operator, oldest first, as the console lists them.
fn in_review(conn: &mut dyn Database) -> Result<Vec<EntryId>, StoreError> {
    let rows = query("SELECT * FROM entry WHERE state = 'needs_review' ORDER BY number")
        .fetch_all(conn)?;
    let rows = rows.iter().map(entry_row);
    rows.map(|row| Ok(row?.entry.id)).collect()
}

/// Accepted entries in the order in which they will be born if nobody else comes: artists take turns.
fn in_turn(conn: &mut dyn Database) -> Result<Vec<EntryId>, StoreError> {
    let mut waiting: Vec<(EntryId, VoterId, Waiting)> = Vec::new();
    for entry in queue(conn)? {
        let row = find_entry(conn, &entry.id)?;
        waiting.push((entry.id, row.uploader, entry.waiting));
    }
    let mut order = Vec::new();
    // Later than any birth there was.
    for turn in 0_i64.. {
        let turns: Vec<Waiting> = waiting.iter().map(|(_, _, waiting)| *waiting).collect();
        let Some(next) = next_entry(&turns) else {
            break;
        };
        let (entry, artist, _) = waiting.remove(next);
        order.push(entry);
        for (_, other, waiting) in &mut waiting {
            if *other == artist {
                waiting.artist_served_ms = Some(i64::MAX - i64::from(u32::MAX) + turn);
            }
        }
    }
    Ok(order)
}
