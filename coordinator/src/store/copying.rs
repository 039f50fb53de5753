//! A store copied whole into another one, on the same or the other kind of database.
//!
//! Table by table, those that others point at first, in the order of their keys. The source is seen
//! as of one moment, so a server may go on working on it. What is there already is not copied
//! again: a copy that broke off goes on where it was, provided that nothing has changed meanwhile;
//! [`copy_store`] counts every table on both sides before it says that it is done.

use super::database::{Database, Row, Value, query};
use super::open::prepare;
use super::place::Place;
use super::{StoreError, rows::number};

/// Rows carried over in one transaction.
const BATCH: i64 = 500;

/// A table, its columns, and those that make its key.
struct Table {
    name: &'static str,
    key: &'static [&'static str],
    columns: &'static [&'static str],
}

const fn table(
    name: &'static str,
    key: &'static [&'static str],
    columns: &'static [&'static str],
) -> Table {
    Table { name, key, columns }
}

/// Every table of the newest schema, parents first. A test holds this to the schema.
const TABLES: &[Table] = &[
    table(
        "flock",
        &["only_one"],
        &[
            "only_one",
            "name",
            "recipe",
            "rng_seed",
            "network_key",
            "manifest_sequence",
            "manifest_made_ms",
            "founded_ms",
            "coordinator_key",
            "heritability",
            "heritability_ms",
            "refit_ms",
            "refits",
        ],
    ),
    table(
        "sealed_manifest",
        &["only_one"],
        &["only_one", "sequence", "document"],
    ),
    table(
        "device",
        &["key"],
        &[
            "key",
            "volunteer",
            "first_seen_ms",
            "last_seen_ms",
            "accepted_units",
            "credit",
            "refusals",
            "network",
            "processor",
            "card",
            "fastest",
            "banned",
        ],
    ),
    table(
        "class",
        &["number"],
        &[
            "number",
            "name",
            "standing",
            "since_ms",
            "times",
            "right_frames",
        ],
    ),
    table(
        "class_owner",
        &["class", "day", "account", "network"],
        &["class", "day", "account", "network", "refused"],
    ),
    table(
        "trial_owner",
        &["class", "account", "network"],
        &["class", "account", "network"],
    ),
    table(
        "record",
        &["device", "class"],
        &[
            "device",
            "class",
            "accepted_units",
            "probation_from",
            "audits_passed",
            "audit_faults",
            "refusals",
            "suspicion",
            "audit_suspicion",
            "failed_checks",
            "paused_until_ms",
            "found_bad",
            "bad_since_ms",
        ],
    ),
    table(
        "counted_fault",
        &["device", "class", "clip", "what"],
        &["device", "class", "clip", "what", "faults"],
    ),
    table("genome", &["id"], &["id", "canonical"]),
    table(
        "sheep",
        &["number"],
        &[
            "number",
            "id",
            "title",
            "artist",
            "genome",
            "licence",
            "parents",
            "state",
            "born_ms",
            "rating_mean",
            "rating_variance",
            "rated_ms",
            "votes",
            "exposures",
            "poster",
            "prior_mean",
            "prior_variance",
            "mid_parent",
            "lineage",
            "descriptors",
            "acts",
            "live_ms",
            "retired_ms",
            "leaving",
            "fame",
        ],
    ),
    table(
        "kinship",
        &["child", "place"],
        &["child", "place", "parent"],
    ),
    table("sheep_tag", &["sheep", "tag"], &["sheep", "tag", "source"]),
    table("sheep_term", &["sheep", "term"], &["sheep", "term"]),
    table(
        "clip",
        &["number"],
        &[
            "number",
            "id",
            "version",
            "kind",
            "from_sheep",
            "to_sheep",
            "title",
            "state",
            "frames",
            "segments",
            "rng_seed",
            "planned_ms",
            "published_ms",
            "blob",
            "bytes",
            "sha256",
            "info_hash",
            "torrent",
            "poster",
        ],
    ),
    table(
        "work_unit",
        &["id"],
        &[
            "id",
            "clip",
            "clip_version",
            "clip_number",
            "segment",
            "first_frame",
            "frame_count",
            "samples",
            "queue_rank",
            "state",
            "submission",
        ],
    ),
    table(
        "unit_failure",
        &["work_unit", "device"],
        &["work_unit", "device", "problem", "failed_ms"],
    ),
    table(
        "lease",
        &["id"],
        &[
            "id",
            "device",
            "work_unit",
            "audit",
            "leased_ms",
            "expires_ms",
            "state",
            "answer",
            "problem",
        ],
    ),
    table(
        "submission",
        &["number"],
        &[
            "number",
            "lease",
            "work_unit",
            "device",
            "segment",
            "segment_bytes",
            "frames",
            "render_ms",
            "received_ms",
            "state",
            "first_means",
            "last_means",
            "drawn_by",
            "short_segment",
            "claimed_ms",
            "class",
        ],
    ),
    table(
        "audit",
        &["id"],
        &[
            "id",
            "submission",
            "work_unit",
            "submitter",
            "frame",
            "digest",
            "decoded",
            "samples",
            "planned_ms",
            "state",
            "auditor",
            "auditor_frame",
            "render_ms",
            "drawn_by",
            "auditor_drawn_by",
            "purpose",
            "number",
            "draw",
            "by_referee",
            "auditor_class",
        ],
    ),
    table(
        "admin_pass",
        &["hash"],
        &["hash", "purpose", "made_ms", "expires_ms"],
    ),
    table(
        "operator_log",
        &["number"],
        &["number", "done_ms", "action", "subject", "reason"],
    ),
    table(
        "verdict",
        &["audit"],
        &[
            "audit",
            "work_unit",
            "frame",
            "detail",
            "submitted",
            "rendered",
            "found_ms",
        ],
    ),
    table(
        "credit",
        &["work_unit"],
        &[
            "work_unit",
            "device",
            "credit",
            "escrow",
            "earned_ms",
            "class",
            "voided",
        ],
    ),
    table(
        "ledger",
        &["number"],
        &[
            "number",
            "work_unit",
            "device",
            "credit",
            "reason",
            "written_ms",
        ],
    ),
    table(
        "notice",
        &["number"],
        &[
            "number",
            "device",
            "work_unit",
            "problem",
            "made_ms",
            "told_ms",
        ],
    ),
    table(
        "job",
        &["number"],
        &[
            "number",
            "key",
            "payload",
            "state",
            "claims",
            "failures",
            "run_after_ms",
            "claimed_ms",
            "again",
            "error",
        ],
    ),
    table(
        "entry",
        &["number"],
        &[
            "number",
            "id",
            "state",
            "reason",
            "title",
            "artist",
            "genome",
            "uploader",
            "received_ms",
            "preview",
            "sheep",
            "accepted_ms",
            "licence",
            "tags",
            "parent",
            "appeal",
            "appealed_ms",
        ],
    ),
    table(
        "draft",
        &["id"],
        &["id", "uploader", "xml", "artist", "parent", "made_ms"],
    ),
    table(
        "voter",
        &["id"],
        &[
            "id",
            "first_seen_ms",
            "leniency_mean",
            "leniency_variance",
            "votes",
            "voided",
            "reliability",
            "unreliable",
            "units_spent",
        ],
    ),
    table(
        "ballot",
        &["id"],
        &[
            "id",
            "voter",
            "left_sheep",
            "right_sheep",
            "dealt_ms",
            "expires_ms",
            "answered_ms",
            "answer",
            "weight",
        ],
    ),
    table(
        "vote",
        &["voter", "first_sheep", "second_sheep"],
        &[
            "voter",
            "first_sheep",
            "second_sheep",
            "ballot",
            "voted_ms",
            "weight",
            "network",
            "first_mean",
            "first_precision",
            "second_mean",
            "second_precision",
            "leniency_mean",
            "leniency_precision",
        ],
    ),
    table("team", &["handle"], &["handle", "name", "about", "made_ms"]),
    table(
        "person",
        &["id"],
        &[
            "id", "handle", "name", "about", "listed", "hidden", "team", "made_ms",
        ],
    ),
    table("person_key", &["voter"], &["voter", "person", "linked_ms"]),
    table(
        "person_tag",
        &["person", "tag"],
        &["person", "tag", "place"],
    ),
    table(
        "passkey",
        &["id"],
        &[
            "id", "person", "name", "public", "counter", "made_ms", "used_ms",
        ],
    ),
    table(
        "ceremony",
        &["id"],
        &["id", "person", "state", "expires_ms"],
    ),
    table("recovery_code", &["hash"], &["hash", "person"]),
    table(
        "session",
        &["hash"],
        &[
            "hash",
            "id",
            "person",
            "voter",
            "label",
            "made_ms",
            "seen_ms",
            "expires_ms",
        ],
    ),
    table(
        "token",
        &["hash"],
        &[
            "hash", "id", "person", "name", "scopes", "made_ms", "used_ms",
        ],
    ),
    table(
        "link_code",
        &["hash"],
        &["hash", "purpose", "device", "person", "expires_ms"],
    ),
];

/// How far a copy has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows that are there now.
    pub rows: u64,
    /// Rows there will be.
    pub of: u64,
}

/// Copies the store at `from` into `to`, which is empty or was begun by an earlier copy of the same
/// store. Blocks; `now_ms` is written down as the time of the migrations.
///
/// # Errors
///
/// [`StoreError::Database`] when either fails; [`StoreError::Corrupt`] when `to` holds another
/// flock, or has not the same number of rows in the end.
pub fn copy_store(
    from: &Place,
    to: &Place,
    now_ms: i64,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), StoreError> {
    let mut source = prepare(from, now_ms)?;
    let mut target = prepare(to, now_ms)?;
    source.begin_reading()?;
    same_flock(&mut *source, &mut *target)?;
    let counts = counts(&mut *source)?;
    let of = counts.iter().sum();
    let mut rows = 0;
    for (table, count) in TABLES.iter().zip(&counts) {
        let before = rows;
        copy_table(&mut *source, &mut *target, table, &mut |copied| {
            rows += copied;
            progress(Progress { rows, of });
        })?;
        rows = before + count;
        progress(Progress { rows, of });
    }
    let found = self::counts(&mut *target)?;
    for ((table, wanted), found) in TABLES.iter().zip(counts).zip(found) {
        if wanted != found {
            return Err(StoreError::Corrupt(format!(
                "{} rows of {} came to {found} rows: the copy was begun from another state; empty it and begin again",
                wanted, table.name
            )));
        }
    }
    query("ROLLBACK").execute(&mut *source)?;
    Ok(())
}

/// A target that holds a flock must hold this one.
fn same_flock(source: &mut dyn Database, target: &mut dyn Database) -> Result<(), StoreError> {
    let key = |database: &mut dyn Database| -> Result<Option<String>, StoreError> {
        let row = query("SELECT network_key FROM flock").fetch_optional(database)?;
        Ok(row.map(|row| row.try_get("network_key")).transpose()?)
    };
    let (here, there) = (key(source)?, key(target)?);
    match (here, there) {
        (None, _) => Err(StoreError::Corrupt("there is no flock to copy".into())),
        (Some(here), Some(there)) if here != there => {
            let detail = "the place to copy to holds another flock already";
            Err(StoreError::Corrupt(detail.into()))
        }
        _ => Ok(()),
    }
}

fn counts(database: &mut dyn Database) -> Result<Vec<u64>, StoreError> {
    TABLES
        .iter()
        .map(|table| {
            let sql = format!("SELECT COUNT(*) AS found FROM {}", table.name);
            let rows = database.rows(&sql, &[])?;
            let row = rows.first().ok_or_else(|| StoreError::Corrupt(sql))?;
            number(row, "found")
        })
        .collect()
}

fn copy_table(
    source: &mut dyn Database,
    target: &mut dyn Database,
    table: &Table,
    copied: &mut dyn FnMut(u64),
) -> Result<(), StoreError> {
    let mut last = last_key(target, table)?;
    loop {
        let rows = page(source, table, last.as_deref())?;
        let Some(end) = rows.last() else {
            return Ok(());
        };
        last = Some(key_of(end, table)?);
        target.begin_alone()?;
        for row in &rows {
            insert(target, table, row)?;
        }
        query("COMMIT").execute(target)?;
        copied(rows.len() as u64);
    }
}

/// The key of the last row that is there.
fn last_key(target: &mut dyn Database, table: &Table) -> Result<Option<Vec<Value>>, StoreError> {
    let order: Vec<String> = table.key.iter().map(|key| format!("{key} DESC")).collect();
    let sql = format!(
        "SELECT {} FROM {} ORDER BY {} LIMIT 1",
        table.key.join(", "),
        table.name,
        order.join(", ")
    );
    let rows = target.rows(&sql, &[])?;
    Ok(rows.first().map(|row| row.values().to_vec()))
}

/// The next rows behind a key.
fn page(
    source: &mut dyn Database,
    table: &Table,
    after: Option<&[Value]>,
) -> Result<Vec<Row>, StoreError> {
    let key = table.key.join(", ");
    let mut values = after.unwrap_or_default().to_vec();
    let behind = if values.is_empty() {
        String::new()
    } else {
        let marks: Vec<String> = (1..=values.len())
            .map(|place| format!("${place}"))
            .collect();
        format!("WHERE ({key}) > ({})", marks.join(", "))
    };
    values.push(Value::Integer(BATCH));
    let sql = format!(
        "SELECT {} FROM {} {behind} ORDER BY {key} LIMIT ${}",
        table.columns.join(", "),
        table.name,
        values.len()
    );
    Ok(source.rows(&sql, &values)?)
}

fn key_of(row: &Row, table: &Table) -> Result<Vec<Value>, StoreError> {
    let place = |key: &&str| table.columns.iter().position(|column| column == key);
    let value = |key| place(key).and_then(|place| row.values().get(place).cloned());
    let key: Option<Vec<Value>> = table.key.iter().map(value).collect();
    key.ok_or_else(|| StoreError::Corrupt(format!("a row of {} without its key", table.name)))
}

fn insert(target: &mut dyn Database, table: &Table, row: &Row) -> Result<(), StoreError> {
    let marks: Vec<String> = (1..=table.columns.len())
        .map(|place| format!("${place}"))
        .collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING",
        table.name,
        table.columns.join(", "),
        marks.join(", ")
    );
    target.run(&sql, row.values())?;
    Ok(())
}

/// The tables and columns that are copied, for the test that holds them to the schema.
#[cfg(test)]
pub(super) fn tables() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    TABLES
        .iter()
        .map(|table| (table.name, table.columns.to_vec()))
}
