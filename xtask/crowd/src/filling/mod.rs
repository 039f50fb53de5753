//! A flock with more work than anybody could render: units beside those that the first start
//! planned, of the same clips; and sheep that are all black. [`flock`]: many sheep, and votes on them.
//!
//! The rows are what the coordinator itself would write, but for their number: no recipe has clips
//! of a million frames.

mod flock;

use std::path::Path;

use anyhow::Context as _;

use crate::frames::black_sheep;

pub(crate) use flock::{sheep, votes};

/// The segments of a clip that are added, from here on.
const FIRST_SEGMENT: u64 = 1_000;

/// Adds a unit to the last clip, behind those of all others, for every one of `numbers`.
const ADD: &str = "
    INSERT INTO work_unit (id, clip, clip_version, clip_number, segment, first_frame, frame_count,
                           samples, queue_rank, state)
    SELECT 'load-' || numbers.number, clip.id, clip.version, clip.number, numbers.number, 0,
           (SELECT MAX(frame_count) FROM work_unit), 8192,
           1, 'ready'
    FROM numbers, (SELECT id, version, number FROM clip ORDER BY number DESC LIMIT 1) AS clip";

/// Adds `units` to the SQLite file.
pub(crate) fn sqlite(file: &Path, units: u64) -> anyhow::Result<()> {
    let conn = rusqlite::Connection::open(file)?;
    let last = FIRST_SEGMENT + units;
    let sql = format!(
        "WITH RECURSIVE numbers(number) AS (
             SELECT {FIRST_SEGMENT} UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < {last}
         ) {ADD}"
    );
    conn.execute_batch(&sql).context("filling the store")?;
    conn.execute("UPDATE genome SET canonical = ?1", [black_sheep()])?;
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

/// Adds `units` to the database on the server.
pub(crate) fn postgres(address: &str, units: u64) -> anyhow::Result<()> {
    let address = address.to_owned();
    // The client waits, which a thread of an asynchronous program must not.
    let thread = std::thread::spawn(move || -> anyhow::Result<()> {
        let mut client = postgres::Client::connect(&address, postgres::NoTls)?;
        let last = FIRST_SEGMENT + units - 1;
        let numbers = format!("generate_series({FIRST_SEGMENT}, {last}) AS numbers(number)");
        client.batch_execute(&ADD.replace("FROM numbers", &format!("FROM {numbers}")))?;
        client.execute("UPDATE genome SET canonical = $1", &[&black_sheep()])?;
        client.batch_execute("ANALYZE")?;
        Ok(())
    });
    thread
        .join()
        .map_err(|_| anyhow::anyhow!("filling failed"))?
}
