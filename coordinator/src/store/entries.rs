//! Entries: what artists offer, from upload to sheep.

use woolgather_coordinator_core::ratings::{child_prior, mid_parent};
use woolgather_genome::Genome;
use woolgather_protocol::entries::{Entry, EntryState};
use woolgather_protocol::limits::clean_name;
use woolgather_protocol::{Blake3, EntryId, Licence, ProblemKind, SheepId, Tag};

use super::births::{NewSheep, Origin, bear, keep_genome, sheep_with, with_parents};
use super::database::{Database, Row, query};
use super::jobs::enqueue;
use super::nursery::recent_births;
use super::people::canonical;
use super::rows::{json, maybe_parsed, name_of, named, parsed, to_json};
use super::sheep::{belief, load_genome};
use super::tags::{TagSource, tag};
use super::writer::Tx;
use super::{Job, Page, PageRequest, Store, StoreError, VoterId};

/// A genome without a name gets this title, an artist without one this name.
const UNTITLED: &str = "untitled";
const UNKNOWN_ARTIST: &str = "unknown";

/// A genome an artist offers, parsed and checked.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// The genome.
    pub genome: Genome,
    /// The name of the sheep to be; where it is empty, the genome's.
    pub title: String,
    /// The name to credit.
    pub artist: String,
    /// Words by which it may be found.
    pub tags: Vec<Tag>,
    /// The licence; that of `parent` may ask for more.
    pub licence: Licence,
    /// The sheep that it branches from.
    pub parent: Option<SheepId>,
    /// Who uploads it.
    pub voter: VoterId,
}

/// An entry with what the operator and the jobs need.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRow {
    /// Its place in the order of arrival, from 1; the page cursor.
    pub number: i64,
    /// What its artist sees.
    pub entry: Entry,
    /// When it arrived.
    pub received_at_ms: i64,
    /// The blob with its preview; `None` before screening.
    pub preview: Option<Blake3>,
    /// Who uploaded it.
    pub uploader: VoterId,
    /// What the artist said against a decision.
    pub appeal: Option<String>,
}

/// What the job `Screen` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screening {
    /// Worth a person's look.
    Passed {
        /// The blob with the preview.
        preview: Blake3,
        /// Accept it now, without a person's look (`--accept-entries`).
        accept: bool,
    },
    /// Blank, burnt out or too costly.
    Failed {
        /// Why, in a sentence for the artist.
        reason: String,
        /// The blob with the preview, if one was rendered.
        preview: Option<Blake3>,
    },
}

/// What became of an accepted entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// It is this sheep.
    Born(SheepId),
    /// It waits for its turn.
    Waiting,
}

impl Store {
    /// Takes an entry and adds the job `Screen`. The same genome from the same uploader again
    /// returns the entry that is there, unless that was withdrawn.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found` where there is no such parent.
    pub async fn new_entry(&self, new: NewEntry) -> Result<Entry, StoreError> {
        self.write(move |tx| new_entry(tx, &new)).await
    }

    /// An entry.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn entry(&self, entry: &EntryId) -> Result<EntryRow, StoreError> {
        let entry = entry.clone();
        self.read(move |conn| find_entry(conn, &entry)).await
    }

    /// Entries in a state (or all), oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn entries(
        &self,
        state: Option<EntryState>,
        page: PageRequest,
    ) -> Result<Page<EntryRow>, StoreError> {
        let wanted = query(
            "SELECT * FROM entry WHERE ($1 = '' OR state = $1) AND number > $2
             ORDER BY number LIMIT $3",
        )
        .bind(state.as_ref().map(name_of).unwrap_or_default())
        .bind(page.after.unwrap_or(0))
        .bind(page.fetch());
        let rows = self.rows(wanted).await?;
        let rows: Result<Vec<_>, _> = rows.iter().map(entry_row).collect();
        Ok(Page::of(rows?, &page, |entry| entry.number))
    }

    /// An entry's genome.
    ///
    /// # Errors
    ///
    /// As [`Store::sheep_genome`].
    pub async fn entry_genome(&self, entry: &EntryId) -> Result<Genome, StoreError> {
        let entry = entry.clone();
        self.read(move |conn| {
            let genome = genome_id(conn, &entry)?;
            load_genome(conn, &genome)
        })
        .await
    }

    /// Screening begins: `received` becomes `screening`. Later states stay.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn start_screening(&self, entry: &EntryId) -> Result<EntryRow, StoreError> {
        let entry = entry.clone();
        self.write(move |tx| {
            let row = find_entry(tx.conn, &entry)?;
            if row.entry.state == EntryState::Received {
                let news = News::of(EntryState::Screening, "A preview is being rendered.");
                change(tx, &entry, &news)?;
            }
            find_entry(tx.conn, &entry)
        })
        .await
    }

    /// Screening is done. Only an entry that is `received` or `screening` changes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn finish_screening(
        &self,
        entry: &EntryId,
        screening: Screening,
    ) -> Result<Entry, StoreError> {
        let entry = entry.clone();
        self.write(move |tx| finish_screening(tx, &entry, &screening))
            .await
    }

    /// The operator accepts an entry: it is a sheep now, and its loop is rendered; or, where the flock
    /// breeds, it waits for its turn. Accepting an accepted one changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`, or `malformed-request` when it was rejected or
    /// withdrawn, or when the same genome is a sheep already.
    pub async fn accept_entry(&self, entry: &EntryId) -> Result<Accepted, StoreError> {
        let entry = entry.clone();
        self.write(move |tx| accept(tx, &entry)).await
    }

    /// The operator rejects an entry. Rejecting a rejected one changes its reason.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`, or `malformed-request` when it is a sheep
    /// already, or its artist took it back.
    pub async fn reject_entry(&self, entry: &EntryId, reason: &str) -> Result<(), StoreError> {
        let (entry, reason) = (entry.clone(), reason.to_owned());
        self.write(move |tx| reject(tx, &entry, &reason)).await
    }
}

fn new_entry(tx: &mut Tx<'_>, new: &NewEntry) -> Result<Entry, StoreError> {
    let uploader = canonical(tx.conn, &new.voter)?;
    let genome = keep_genome(tx.conn, &new.genome)?;
    let row = query(
        "SELECT * FROM entry WHERE genome = $1 AND uploader = $2 AND state <> 'withdrawn'
         ORDER BY number LIMIT 1",
    )
    .bind(&genome)
    .bind(uploader.as_str())
    .fetch_optional(&mut *tx.conn)?;
    if let Some(row) = row {
        return Ok(entry_row(&row)?.entry);
    }
    if let Some(parent) = &new.parent {
        query("SELECT id FROM sheep WHERE id = $1")
            .bind(parent.as_str())
            .fetch_optional(&mut *tx.conn)?
            .ok_or_else(|| StoreError::not_found("sheep", parent))?;
    }
    let licence = with_parents(tx.conn, new.licence, new.parent.as_slice())?;
    let title = match clean_name(&new.title) {
        title if title.is_empty() => clean_name(&new.genome.name),
        title => title,
    };
    let or = |name: String, otherwise: &str| match name.as_str() {
        "" => otherwise.to_owned(),
        _ => name,
    };
    let entry = Entry {
        id: EntryId::from_random(tx.random()),
        state: EntryState::Received,
        reason: "It waits for its preview.".into(),
        title: or(title, UNTITLED),
        artist: or(clean_name(&new.artist), UNKNOWN_ARTIST),
        sheep: None,
        licence,
        tags: new.tags.clone(),
        parent: new.parent.clone(),
    };
    query(
        "INSERT INTO entry (number, id, state, reason, title, artist, genome, uploader,
                            received_ms, licence, tags, parent)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM entry), $1, $2, $3, $4, $5, $6, $7, $8,
                 $9, $10, $11)",
    )
    .bind(entry.id.as_str())
    .bind(name_of(&entry.state))
    .bind(&entry.reason)
    .bind(&entry.title)
    .bind(&entry.artist)
    .bind(&genome)
    .bind(uploader.as_str())
    .bind(tx.now_ms)
    .bind(entry.licence.spdx())
    .bind(to_json(&entry.tags))
    .bind(
        entry
            .parent
            .as_ref()
            .map(|parent| parent.as_str().to_owned()),
    )
    .execute(&mut *tx.conn)?;
    let screen = Job::Screen {
        entry: entry.id.clone(),
    };
    enqueue(tx, &screen)?;
    Ok(entry)
}

fn finish_screening(
    tx: &mut Tx<'_>,
    entry: &EntryId,
    screening: &Screening,
) -> Result<Entry, StoreError> {
    let row = find_entry(tx.conn, entry)?;
    let open = [EntryState::Received, EntryState::Screening];
    if !open.contains(&row.entry.state) {
        return Ok(row.entry);
    }
    let (preview, news) = match &screening {
        Screening::Passed { preview, .. } => (
            Some(*preview),
            News::of(EntryState::NeedsReview, "An operator will look at it."),
        ),
        Screening::Failed { reason, preview } => (*preview, News::of(EntryState::Rejected, reason)),
    };
    change(tx, entry, &news)?;
    query("UPDATE entry SET preview = $2 WHERE id = $1")
        .bind(entry.as_str())
        .bind(preview.map(|preview| preview.to_string()))
        .execute(&mut *tx.conn)?;
    if let Screening::Passed { accept: true, .. } = screening {
        accept_or_say_why(tx, entry)?;
    }
    Ok(find_entry(tx.conn, entry)?.entry)
}

/// Accepting without a person: what a person would be told becomes the entry's reason.
fn accept_or_say_why(tx: &mut Tx<'_>, entry: &EntryId) -> Result<(), StoreError> {
    match accept(tx, entry) {
        Err(StoreError::Refused(problem)) => {
            change(tx, entry, &News::of(EntryState::Rejected, &problem.detail))
        }
        outcome => outcome.map(drop),
    }
}

fn accept(tx: &mut Tx<'_>, entry: &EntryId) -> Result<Accepted, StoreError> {
    let row = find_entry(tx.conn, entry)?;
    if let Some(sheep) = row.entry.sheep {
        return Ok(Accepted::Born(sheep));
    }
    if row.entry.state == EntryState::Accepted {
        return Ok(Accepted::Waiting);
    }
    if matches!(
        row.entry.state,
        EntryState::Rejected | EntryState::Withdrawn
    ) {
        return Err(decided(&row.entry));
    }
    let genome = genome_id(tx.conn, entry)?;
    if let Some(sheep) = sheep_with(tx.conn, &genome)? {
        let detail = format!("The same genome is the sheep `{sheep}` already.");
        return Err(StoreError::refused(ProblemKind::MalformedRequest, detail));
    }
    query("UPDATE entry SET accepted_ms = $2 WHERE id = $1")
        .bind(entry.as_str())
        .bind(tx.now_ms)
        .execute(&mut *tx.conn)?;
    let recent = recent_births(tx.conn, tx.now_ms)?;
    if recent.all == recent.artists {
        return make_sheep(tx, &row).map(Accepted::Born);
    }
    let news = News::of(
        EntryState::Accepted,
        "It is accepted, and waits for its turn.",
    );
    change(tx, entry, &news)?;
    Ok(Accepted::Waiting)
}

/// An accepted entry's turn has come.
pub(super) fn bear_entry(tx: &mut Tx<'_>, entry: &EntryId) -> Result<(), StoreError> {
    let row = find_entry(tx.conn, entry)?;
    if row.entry.state != EntryState::Accepted || row.entry.sheep.is_some() {
        return Ok(());
    }
    let genome = genome_id(tx.conn, entry)?;
    if let Some(sheep) = sheep_with(tx.conn, &genome)? {
        let reason = format!("The same genome is the sheep `{sheep}` already.");
        return change(tx, entry, &News::of(EntryState::Rejected, &reason));
    }
    make_sheep(tx, &row).map(drop)
}

fn make_sheep(tx: &mut Tx<'_>, row: &EntryRow) -> Result<SheepId, StoreError> {
    let entry = &row.entry.id;
    let genome = genome_id(tx.conn, entry)?;
    let genome = load_genome(tx.conn, &genome)?;
    let sheep = NewSheep {
        title: &row.entry.title,
        artist: &row.entry.artist,
        genome: &genome,
        licence: row.entry.licence,
        origin: origin(tx, row.entry.parent.as_slice())?,
    };
    let sheep = bear(tx, &sheep)?;
    for word in &row.entry.tags {
        tag(tx, &sheep, word, TagSource::Artist)?;
    }
    query("UPDATE entry SET sheep = $2 WHERE id = $1")
        .bind(entry.as_str())
        .bind(sheep.as_str())
        .execute(&mut *tx.conn)?;
    change(
        tx,
        entry,
        &News::of(EntryState::Accepted, "It is a sheep now."),
    )?;
    Ok(sheep)
}

/// Where an artist's sheep comes from: nowhere, or the sheep that it branches from.
fn origin<'a>(tx: &mut Tx<'_>, parents: &'a [SheepId]) -> Result<Origin<'a>, StoreError> {
    if parents.is_empty() {
        return Ok(Origin::Made);
    }
    let flock = query("SELECT heritability FROM flock").fetch_one(&mut *tx.conn)?;
    let mut ratings = Vec::new();
    for parent in parents {
        let row = query("SELECT * FROM sheep WHERE id = $1")
            .bind(parent.as_str())
            .fetch_one(&mut *tx.conn)?;
        ratings.push(belief(&row, tx.now_ms)?.mean);
    }
    Ok(Origin::Branched {
        parents,
        prior: child_prior(flock.try_get("heritability")?, &ratings),
        mid_parent: mid_parent(&ratings),
    })
}

fn reject(tx: &mut Tx<'_>, entry: &EntryId, reason: &str) -> Result<(), StoreError> {
    let row = find_entry(tx.conn, entry)?;
    if matches!(
        row.entry.state,
        EntryState::Accepted | EntryState::Withdrawn
    ) {
        return Err(decided(&row.entry));
    }
    change(tx, entry, &News::of(EntryState::Rejected, reason))
}

fn decided(entry: &Entry) -> StoreError {
    let state = name_of(&entry.state);
    let detail = format!("The entry `{}` is {state} already.", entry.id);
    StoreError::refused(ProblemKind::MalformedRequest, detail)
}

/// Where an entry is now, and why.
pub(super) struct News<'a> {
    state: EntryState,
    reason: &'a str,
}

impl<'a> News<'a> {
    pub(super) fn of(state: EntryState, reason: &'a str) -> Self {
        Self { state, reason }
    }
}

pub(super) fn change(tx: &mut Tx<'_>, entry: &EntryId, news: &News<'_>) -> Result<(), StoreError> {
    query("UPDATE entry SET state = $2, reason = $3 WHERE id = $1")
        .bind(entry.as_str())
        .bind(name_of(&news.state))
        .bind(news.reason)
        .execute(&mut *tx.conn)?;
    Ok(())
}

pub(super) fn find_entry(conn: &mut dyn Database, entry: &EntryId) -> Result<EntryRow, StoreError> {
    let row = query("SELECT * FROM entry WHERE id = $1")
        .bind(entry.as_str())
        .fetch_optional(conn)?
        .ok_or_else(|| StoreError::not_found("entry", entry))?;
    entry_row(&row)
}

fn genome_id(conn: &mut dyn Database, entry: &EntryId) -> Result<String, StoreError> {
    let row = query("SELECT genome FROM entry WHERE id = $1")
        .bind(entry.as_str())
        .fetch_optional(conn)?
        .ok_or_else(|| StoreError::not_found("entry", entry))?;
    Ok(row.try_get("genome")?)
}

pub(super) fn entry_row(row: &Row) -> Result<EntryRow, StoreError> {
    Ok(EntryRow {
        number: row.try_get("number")?,
        entry: Entry {
            id: parsed(row, "id")?,
            state: named(row, "state")?,
            reason: row.try_get("reason")?,
            title: row.try_get("title")?,
            artist: row.try_get("artist")?,
            sheep: maybe_parsed(row, "sheep")?,
            licence: parsed(row, "licence")?,
            tags: json(row, "tags")?,
            parent: maybe_parsed(row, "parent")?,
        },
        received_at_ms: row.try_get("received_ms")?,
        preview: maybe_parsed(row, "preview")?,
        uploader: parsed(row, "uploader")?,
        appeal: row.try_get("appeal")?,
    })
}
