//! Sheep are born and clips are planned: rows, and the work units that will make them pictures.

use woolgather_coordinator_core::breeding::fame;
use woolgather_coordinator_core::leases::{rank, samples_of};
use woolgather_coordinator_core::ratings::Belief;
use woolgather_coordinator_core::seeds::clip_rng_seed;
use woolgather_genome::{Descriptors, Genome};
use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{ClipId, Licence, SheepId, WorkUnitId};

use super::database::{Database, query};
use super::family::link_parents;
use super::flock::{Flock, flock};
use super::gallery::index;
use super::rows::{name_of, parsed, stored, to_json};
use super::tags::tag_by_looks;
use super::writer::Tx;
use super::{ClipState, SheepState, StoreError};

/// A sheep about to be born.
pub(super) struct NewSheep<'a> {
    pub(super) title: &'a str,
    pub(super) artist: &'a str,
    pub(super) genome: &'a Genome,
    /// What its maker asks for; its parents' licences may ask for more.
    pub(super) licence: Licence,
    pub(super) origin: Origin<'a>,
}

/// How a sheep comes to be.
pub(super) enum Origin<'a> {
    /// Somebody made it.
    Made,
    /// Somebody made it of a sheep.
    Branched {
        parents: &'a [SheepId],
        /// What is believed of it.
        prior: Belief,
        /// The mean of its parents' ratings.
        mid_parent: Option<f64>,
    },
    /// The flock bred it.
    Bred {
        parents: &'a [SheepId],
        /// The birth's record, as JSON.
        lineage: &'a str,
        /// What is believed of it.
        prior: Belief,
        /// The mean of its parents' ratings.
        mid_parent: Option<f64>,
        descriptors: &'a Descriptors,
    },
}

impl Origin<'_> {
    fn parents(&self) -> &[SheepId] {
        match self {
            Self::Made => &[],
            Self::Branched { parents, .. } | Self::Bred { parents, .. } => parents,
        }
    }

    fn prior(&self) -> Belief {
        match self {
            Self::Made => Belief::NEW_SHEEP,
            Self::Branched { prior, .. } | Self::Bred { prior, .. } => *prior,
        }
    }
}

/// Makes a sheep and plans its loop. A sheep with the same genome is returned as it is.
pub(super) fn bear(tx: &mut Tx<'_>, new: &NewSheep<'_>) -> Result<SheepId, StoreError> {
    let genome = keep_genome(tx.conn, new.genome)?;
    if let Some(sheep) = sheep_with(tx.conn, &genome)? {
        return Ok(sheep);
    }
    let sheep = SheepId::from_random(tx.random());
    let Belief { mean, variance } = new.origin.prior();
    let licence = with_parents(tx.conn, new.licence, new.origin.parents())?;
    query(
        "INSERT INTO sheep (number, id, title, artist, genome, licence, parents, state, born_ms,
                            rating_mean, rating_variance, rated_ms, prior_mean, prior_variance, fame)
         VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM sheep), $1, $2, $3, $4, $5, $11, $6,
                 $7, $8, $9, $7, $8, $9, $10)",
    )
    .bind(sheep.as_str())
    .bind(new.title)
    .bind(new.artist)
    .bind(&genome)
    .bind(licence.spdx())
    .bind(name_of(&SheepState::Rendering))
    .bind(tx.now_ms)
    .bind(mean)
    .bind(variance)
    .bind(fame(Belief { mean, variance }))
    .bind(to_json(&new.origin.parents()))
    .execute(&mut *tx.conn)?;
    write_origin(tx, &sheep, &new.origin)?;
    index(tx.conn, &sheep)?;
    let clip = NewClip {
        kind: ClipKind::Loop,
        from: &sheep,
        to: &sheep,
        title: new.title,
    };
    plan(tx, &clip)?;
    Ok(sheep)
}

fn write_origin(tx: &mut Tx<'_>, sheep: &SheepId, origin: &Origin<'_>) -> Result<(), StoreError> {
    let written = match origin {
        Origin::Made => return Ok(()),
        Origin::Branched { mid_parent, .. } => {
            query("UPDATE sheep SET mid_parent = $2 WHERE id = $1")
                .bind(sheep.as_str())
                .bind(*mid_parent)
        }
        Origin::Bred {
            lineage,
            mid_parent,
            descriptors,
            ..
        } => {
            query("UPDATE sheep SET mid_parent = $2, lineage = $3, descriptors = $4 WHERE id = $1")
                .bind(sheep.as_str())
                .bind(*mid_parent)
                .bind(*lineage)
                .bind(to_json(&descriptors.values()))
        }
    };
    written.execute(&mut *tx.conn)?;
    link_parents(tx, sheep, origin.parents())?;
    match origin {
        Origin::Bred { descriptors, .. } => tag_by_looks(tx.conn, sheep, descriptors),
        Origin::Made | Origin::Branched { .. } => Ok(()),
    }
}

/// The licence of a child: whatever a parent's asks of others stays asked.
pub(super) fn with_parents(
    conn: &mut dyn Database,
    licence: Licence,
    parents: &[SheepId],
) -> Result<Licence, StoreError> {
    let mut joined = licence;
    for parent in parents {
        let row = query("SELECT licence FROM sheep WHERE id = $1")
            .bind(parent.as_str())
            .fetch_optional(&mut *conn)?;
        if let Some(row) = row {
            joined = joined.joined(parsed(&row, "licence")?);
        }
    }
    Ok(joined)
}

/// Stores a genome's canonical bytes under its id, once.
pub(super) fn keep_genome(conn: &mut dyn Database, genome: &Genome) -> Result<String, StoreError> {
    let id = genome.id().to_string();
    query("INSERT INTO genome (id, canonical) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
        .bind(&id)
        .bind(genome.canonical_bytes())
        .execute(conn)?;
    Ok(id)
}

/// The sheep that has this genome.
pub(super) fn sheep_with(
    conn: &mut dyn Database,
    genome: &str,
) -> Result<Option<SheepId>, StoreError> {
    let row = query("SELECT id FROM sheep WHERE genome = $1")
        .bind(genome)
        .fetch_optional(conn)?;
    row.map(|row| parsed(&row, "id")).transpose()
}

/// A clip about to be planned.
pub(super) struct NewClip<'a> {
    pub(super) kind: ClipKind,
    pub(super) from: &'a SheepId,
    pub(super) to: &'a SheepId,
    pub(super) title: &'a str,
}

/// Plans a clip with one work unit for each segment; says whether it was new.
pub(super) fn plan(tx: &mut Tx<'_>, new: &NewClip<'_>) -> Result<bool, StoreError> {
    let flock = flock(tx.conn)?;
    let row =
        query("SELECT COALESCE(MAX(number), 0) + 1 AS next FROM clip").fetch_one(&mut *tx.conn)?;
    let clip = PlannedClip {
        id: ClipId::from_random(tx.random()),
        number: row.try_get("next")?,
        kind: new.kind,
    };
    let inserted = query(
        "INSERT INTO clip (number, id, version, kind, from_sheep, to_sheep, title, state, frames,
                           segments, rng_seed, planned_ms)
         VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (from_sheep, to_sheep) DO NOTHING",
    )
    .bind(clip.number)
    .bind(clip.id.as_str())
    .bind(name_of(&new.kind))
    .bind(new.from.as_str())
    .bind(new.to.as_str())
    .bind(new.title)
    .bind(name_of(&ClipState::Rendering))
    .bind(i64::from(flock.recipe.frames(new.kind)))
    .bind(i64::from(flock.recipe.segments(new.kind)))
    .bind(clip_rng_seed(flock.rng_seed, clip.number.cast_unsigned()).cast_signed())
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    if inserted == 0 {
        return Ok(false);
    }
    plan_units(tx, &flock, &clip)?;
    Ok(true)
}

/// Plans a unit's segment anew in a version of its clip.
pub(super) fn replan_unit(
    tx: &mut Tx<'_>,
    unit: &WorkUnitId,
    version: u32,
) -> Result<WorkUnitId, StoreError> {
    let again = WorkUnitId::from_random(tx.random());
    query(
        "INSERT INTO work_unit (id, clip, clip_version, clip_number, segment, first_frame,
                                frame_count, samples, queue_rank, state)
         SELECT CAST($2 AS TEXT), clip, CAST($3 AS BIGINT), clip_number, segment, first_frame,
                frame_count, samples, queue_rank, CAST($4 AS TEXT)
         FROM work_unit WHERE id = $1",
    )
    .bind(unit.as_str())
    .bind(again.as_str())
    .bind(i64::from(version))
    .bind(name_of(&WorkUnitState::Ready))
    .execute(&mut *tx.conn)?;
    Ok(again)
}

struct PlannedClip {
    id: ClipId,
    number: i64,
    kind: ClipKind,
}

fn plan_units(tx: &mut Tx<'_>, flock: &Flock, clip: &PlannedClip) -> Result<(), StoreError> {
    let frame_count = flock.recipe.segment_frames;
    for segment in 0..flock.recipe.segments(clip.kind) {
        let unit = WorkUnitId::from_random(tx.random());
        query(
            "INSERT INTO work_unit (id, clip, clip_version, clip_number, segment, first_frame,
                                    frame_count, samples, queue_rank, state)
             VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(unit.as_str())
        .bind(clip.id.as_str())
        .bind(clip.number)
        .bind(i64::from(segment))
        .bind(i64::from(segment * frame_count))
        .bind(i64::from(frame_count))
        .bind(stored(samples_of(&flock.recipe, frame_count)))
        .bind(i64::from(rank(clip.kind, segment)))
        .bind(name_of(&WorkUnitState::Ready))
        .execute(&mut *tx.conn)?;
    }
    Ok(())
}
