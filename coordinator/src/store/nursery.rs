//! What decides who is born and who goes, read at one moment.

use std::collections::{BTreeMap, BTreeSet};

use woolgather_coordinator_core::breeding::{RecentBirths, Waiting};
use woolgather_coordinator_core::leases::samples_of;
use woolgather_coordinator_core::planning::samples_wanted;
use woolgather_coordinator_core::ratings::{Belief, DAY_MS};
use woolgather_genome::{Descriptors, Genome};
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{EntryId, Recipe, SheepId};

use super::database::{Database, Query, Row, query};
use super::devices::active_devices;
use super::flock::recipe;
use super::rows::{json, number, parsed, to_json};
use super::sheep::{belief, load_genome};
use super::tags::tag_by_looks;
use super::{Store, StoreError};

/// The fleet's speed is that of the last hour.
const SPEED_MS: i64 = 60 * 60 * 1000;

/// A living sheep, as breeding sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct LivingSheep {
    /// Its name in addresses.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
    /// Its genome.
    pub genome: Genome,
    /// What is believed of it, drift included.
    pub belief: Belief,
    /// What it looks like; `None` before somebody measured it.
    pub descriptors: Option<Descriptors>,
    /// Its children that live or are being rendered.
    pub children: u32,
    /// Answered ballots that it was on.
    pub acts: u64,
    /// Time since it went live.
    pub age_ms: i64,
    /// None of its clips is being rendered or joined.
    pub settled: bool,
    /// It is about to retire.
    pub leaving: bool,
}

/// An accepted entry that waits to be born.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingEntry {
    /// The entry.
    pub id: EntryId,
    /// Its name for people.
    pub title: String,
    /// Since when it waits, and when its artist was served.
    pub waiting: Waiting,
}

/// The flock as breeding sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Nursery {
    /// The living sheep, in order of birth.
    pub living: Vec<LivingSheep>,
    /// Sheep whose loops are being rendered.
    pub rendering: u32,
    /// Sheep with parents that live or are being rendered.
    pub living_children: u32,
    /// Accepted entries that wait, oldest first.
    pub queue: Vec<WaitingEntry>,
    /// Births of the last day, founders left out.
    pub recent: RecentBirths,
    /// Time since the last of all births.
    pub since_birth_ms: i64,
    /// The youngest sheep's number: goes up with every birth.
    pub newest: i64,
    /// Answered ballots of the last day.
    pub acts_a_day: u64,
    /// How much children take after their parents.
    pub heritability: f64,
    /// Reference samples accepted in the last day, queued, and that should be.
    pub samples_a_day: f64,
    /// Those that wait for a worker.
    pub samples_queued: f64,
    /// Those that should wait.
    pub samples_wanted: f64,
    /// Those of a loop.
    pub loop_samples: f64,
    /// Those of an edge.
    pub edge_samples: f64,
    /// The edges that are live.
    pub edges: BTreeSet<(SheepId, SheepId)>,
}

/// A birth or a retirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When it was.
    pub at_ms: i64,
    /// A birth.
    pub born: bool,
    /// The sheep.
    pub id: SheepId,
    /// Its name for people.
    pub title: String,
    /// Who made it.
    pub artist: String,
}

impl Store {
    /// What decides who is born and who goes.
    ///
    /// # Errors
    ///
    /// As [`Store::flock`].
    pub async fn nursery(&self) -> Result<Nursery, StoreError> {
        let now_ms = self.now_ms();
        self.read(move |conn| nursery(conn, now_ms)).await
    }

    /// Births and retirements since a time, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn changes_since(&self, since_ms: i64) -> Result<Vec<Change>, StoreError> {
        let wanted = query(
            "SELECT born_ms AS at_ms, CAST(1 AS BIGINT) AS born, id, title, artist FROM sheep WHERE born_ms > $1
             UNION ALL
             SELECT retired_ms AS at_ms, CAST(0 AS BIGINT) AS born, id, title, artist FROM sheep
             WHERE retired_ms > $1 ORDER BY at_ms, id",
        );
        let rows = self.rows(wanted.bind(since_ms)).await?;
        rows.iter().map(change).collect()
    }

    /// Remembers what a sheep looks like, and tags it accordingly.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn describe_sheep(
        &self,
        sheep: &SheepId,
        descriptors: &Descriptors,
    ) -> Result<(), StoreError> {
        let (sheep, looks) = (sheep.clone(), *descriptors);
        self.write(move |tx| {
            query("UPDATE sheep SET descriptors = $2 WHERE id = $1")
                .bind(sheep.as_str())
                .bind(to_json(&looks.values()))
                .execute(&mut *tx.conn)?;
            tag_by_looks(tx.conn, &sheep, &looks)
        })
        .await
    }
}

fn change(row: &Row) -> Result<Change, StoreError> {
    Ok(Change {
        at_ms: row.try_get("at_ms")?,
        born: row.try_get::<i64>("born")? == 1,
        id: parsed(row, "id")?,
        title: row.try_get("title")?,
        artist: row.try_get("artist")?,
    })
}

fn nursery(conn: &mut dyn Database, now_ms: i64) -> Result<Nursery, StoreError> {
    let recipe = recipe(&mut *conn)?;
    let families = families(conn)?;
    let unit_samples = samples_of(&recipe, recipe.segment_frames);
    let accepted = |conn: &mut dyn Database, since_ms: i64| {
        let accepted = query(
            "SELECT CAST(COALESCE(SUM(work_unit.samples), 0) AS BIGINT) AS found
             FROM credit JOIN work_unit ON work_unit.id = credit.work_unit WHERE earned_ms > $1",
        );
        found(conn, accepted.bind(since_ms))
    };
    let lately = accepted(conn, now_ms - SPEED_MS)? / (SPEED_MS as f64 / 1000.0);
    let active = active_devices(conn, now_ms)?;
    let births = query(
        "SELECT COALESCE(MAX(born_ms), 0) AS born, COALESCE(MAX(number), 0) AS newest FROM sheep",
    )
    .fetch_one(&mut *conn)?;
    let flock = query("SELECT heritability FROM flock").fetch_one(&mut *conn)?;
    let answered = query("SELECT COUNT(*) AS found FROM ballot WHERE answered_ms > $1");
    let queued = query(
        "SELECT CAST(COALESCE(SUM(samples), 0) AS BIGINT) AS found FROM work_unit
         WHERE state = 'ready'",
    );
    Ok(Nursery {
        rendering: families.rendering,
        living_children: families.children,
        queue: queue(conn)?,
        recent: recent_births(conn, now_ms)?,
        since_birth_ms: now_ms - births.try_get::<i64>("born")?,
        newest: births.try_get("newest")?,
        acts_a_day: found(conn, answered.bind(now_ms - DAY_MS))? as u64,
        heritability: flock.try_get("heritability")?,
        samples_a_day: accepted(conn, now_ms - DAY_MS)?,
        samples_queued: found(conn, queued)?,
        samples_wanted: samples_wanted(lately, active, unit_samples) as f64,
        loop_samples: clip_samples(&recipe, ClipKind::Loop),
        edge_samples: clip_samples(&recipe, ClipKind::Edge),
        edges: live_edges(conn)?,
        living: living(conn, &families.of, now_ms)?,
    })
}

fn clip_samples(recipe: &Recipe, kind: ClipKind) -> f64 {
    samples_of(recipe, recipe.frames(kind)) as f64
}

/// The sum that a statement finds.
fn found(conn: &mut dyn Database, wanted: Query) -> Result<f64, StoreError> {
    Ok(wanted.fetch_one(conn)?.try_get::<i64>("found")? as f64)
}

/// Who has how many children.
struct Families {
    rendering: u32,
    children: u32,
    of: BTreeMap<SheepId, u32>,
}

fn families(conn: &mut dyn Database) -> Result<Families, StoreError> {
    let rows = query("SELECT state, parents FROM sheep WHERE state IN ('live', 'rendering')")
        .fetch_all(conn)?;
    let mut families = Families {
        rendering: 0,
        children: 0,
        of: BTreeMap::new(),
    };
    for row in &rows {
        families.rendering += u32::from(row.try_get::<&str>("state")? == "rendering");
        let parents: Vec<SheepId> = json(row, "parents")?;
        families.children += u32::from(!parents.is_empty());
        for parent in parents {
            *families.of.entry(parent).or_default() += 1;
        }
    }
    Ok(families)
}

fn living(
    conn: &mut dyn Database,
    children: &BTreeMap<SheepId, u32>,
    now_ms: i64,
) -> Result<Vec<LivingSheep>, StoreError> {
    let rows = query(
        "SELECT id, title, genome, rating_mean, rating_variance, rated_ms, descriptors, acts,
                COALESCE(live_ms, born_ms) AS since_ms, leaving,
                (SELECT COUNT(*) FROM clip
                 WHERE (from_sheep = sheep.id OR to_sheep = sheep.id)
                   AND state IN ('rendering', 'joining')) AS unfinished
         FROM sheep WHERE state = 'live' ORDER BY number",
    )
    .fetch_all(&mut *conn)?;
    let mut living = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: SheepId = parsed(row, "id")?;
        living.push(LivingSheep {
            title: row.try_get("title")?,
            genome: load_genome(conn, row.try_get("genome")?)?,
            belief: belief(row, now_ms)?,
            descriptors: descriptors(row)?,
            children: children.get(&id).copied().unwrap_or(0),
            acts: number(row, "acts")?,
            age_ms: now_ms - row.try_get::<i64>("since_ms")?,
            settled: row.try_get::<i64>("unfinished")? == 0,
            leaving: row.try_get::<i64>("leaving")? != 0,
            id,
        });
    }
    Ok(living)
}

/// What a row says a sheep looks like, if anybody has looked.
pub(super) fn descriptors(row: &Row) -> Result<Option<Descriptors>, StoreError> {
    if row.try_get::<Option<&str>>("descriptors")?.is_none() {
        return Ok(None);
    }
    Ok(Some(Descriptors::of_values(json(row, "descriptors")?)))
}

pub(super) fn queue(conn: &mut dyn Database) -> Result<Vec<WaitingEntry>, StoreError> {
    let rows = query(
        "SELECT id, title, COALESCE(accepted_ms, received_ms) AS since_ms,
                (SELECT MAX(sheep.born_ms) FROM entry AS served
                 JOIN sheep ON sheep.id = served.sheep
                 WHERE served.uploader = entry.uploader) AS served_ms
         FROM entry WHERE state = 'accepted' AND sheep IS NULL ORDER BY number",
    )
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            Ok(WaitingEntry {
                id: parsed(row, "id")?,
                title: row.try_get("title")?,
                waiting: Waiting {
                    since_ms: row.try_get("since_ms")?,
                    artist_served_ms: row.try_get("served_ms")?,
                },
            })
        })
        .collect()
}

/// Births of the last day. Founders are neither bred nor an artist's entry.
pub(super) fn recent_births(
    conn: &mut dyn Database,
    now_ms: i64,
) -> Result<RecentBirths, StoreError> {
    let row = query(
        "SELECT CAST(COALESCE(SUM(CASE WHEN lineage IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT)
                    AS bred,
                CAST(COALESCE(SUM(CASE WHEN lineage IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT)
                    AS artists
         FROM sheep WHERE born_ms > $1
           AND (lineage IS NOT NULL
                OR EXISTS (SELECT 1 FROM entry WHERE entry.sheep = sheep.id))",
    )
    .bind(now_ms - DAY_MS)
    .fetch_one(conn)?;
    let (bred, artists): (u32, u32) = (number(&row, "bred")?, number(&row, "artists")?);
    Ok(RecentBirths {
        all: bred + artists,
        artists,
    })
}

/// The edges of the live graph.
pub(super) fn live_edges(
    conn: &mut dyn Database,
) -> Result<BTreeSet<(SheepId, SheepId)>, StoreError> {
    let rows = query(
        "SELECT from_sheep, to_sheep FROM clip WHERE state = 'live' AND from_sheep <> to_sheep",
    )
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| Ok((parsed(row, "from_sheep")?, parsed(row, "to_sheep")?)))
        .collect()
}
