//! Work units as their workers get them: rows put together, genomes and recipe included.

use data_encoding::BASE64;
use woolgather_protocol::WorkUnitId;
use woolgather_protocol::limits::PREAMBLE_BYTES_MAX;
use woolgather_protocol::work::{ClipKind, Task, WorkUnit};

use super::StoreError;
use super::database::{Database, query};
use super::flock::recipe;
use super::rows::{named, number, parsed};

/// The length field before a submission's preamble.
const LENGTH_FIELD_BYTES: u64 = 4;

/// The work of a unit, or of one of its audits. An audit carries its own id and its frame.
pub(super) fn load_work(
    conn: &mut dyn Database,
    work_unit: &WorkUnitId,
    audit: Option<&WorkUnitId>,
) -> Result<WorkUnit, StoreError> {
    let recipe = recipe(conn)?;
    let row = query(
        "SELECT work_unit.clip, work_unit.clip_version, work_unit.segment, work_unit.first_frame,
                work_unit.frame_count, clip.kind, clip.title, clip.rng_seed, clip.from_sheep,
                clip.to_sheep
         FROM work_unit JOIN clip ON clip.id = work_unit.clip WHERE work_unit.id = $1",
    )
    .bind(work_unit.as_str())
    .fetch_optional(&mut *conn)?
    .ok_or_else(|| StoreError::not_found("work unit", work_unit))?;
    let kind: ClipKind = named(&row, "kind")?;
    let mut genomes = vec![genome_of(conn, row.try_get("from_sheep")?)?];
    if kind == ClipKind::Edge {
        genomes.push(genome_of(conn, row.try_get("to_sheep")?)?);
    }
    let task = match audit {
        Some(audit) => audited_frame(conn, audit)?,
        None => Task::Segment,
    };
    Ok(WorkUnit {
        id: audit.unwrap_or(work_unit).clone(),
        task,
        clip: parsed(&row, "clip")?,
        clip_version: number(&row, "clip_version")?,
        clip_kind: kind,
        title: row.try_get("title")?,
        segment: number(&row, "segment")?,
        first_frame: number(&row, "first_frame")?,
        frame_count: number(&row, "frame_count")?,
        genomes,
        upload_bytes_max: LENGTH_FIELD_BYTES
            + u64::from(PREAMBLE_BYTES_MAX)
            + recipe.segment_bytes_max(),
        recipe: (*recipe).clone(),
        rng_seed: row.try_get::<i64>("rng_seed")?.cast_unsigned(),
    })
}

fn genome_of(conn: &mut dyn Database, sheep: &str) -> Result<String, StoreError> {
    if let Some(genome) = conn.memo().genome(sheep) {
        return Ok(genome.clone());
    }
    let row = query(
        "SELECT canonical FROM genome JOIN sheep ON sheep.genome = genome.id WHERE sheep.id = $1",
    )
    .bind(sheep)
    .fetch_one(conn)?;
    let genome = BASE64.encode(row.try_get("canonical")?);
    conn.memo().remember_genome(sheep, genome.clone());
    Ok(genome)
}

fn audited_frame(conn: &mut dyn Database, audit: &WorkUnitId) -> Result<Task, StoreError> {
    let row = query("SELECT frame FROM audit WHERE id = $1")
        .bind(audit.as_str())
        .fetch_one(conn)?;
    Ok(Task::Audit {
        frame: number(&row, "frame")?,
    })
}
