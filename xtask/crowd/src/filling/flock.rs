//! A flock as it is after years: sixty that live, a hundred thousand that have retired, and what people said of them.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use rusqlite::Connection;

use crate::figures::draw;
use crate::ledger::Place;

/// Sheep that live; all others have retired.
const LIVING: u64 = 60;
/// Artists.
const ARTISTS: u64 = 500;
/// Votes of each voter.
const VOTES_EACH: u64 = 100;
/// Rows carried over in one transaction.
const BATCH: u64 = 1_000_000;

/// Fills the store up to so many sheep, each with its loop, as if all had been rendered: copies of the first one with
/// names, ratings and days of their own.
pub(crate) fn sheep(place: &Place, count: u64) -> anyhow::Result<()> {
    let conn = open(place)?;
    let there = conn.query_row("SELECT COUNT(*) FROM sheep", [], |row| row.get::<_, i64>(0))?;
    conn.execute_batch(
        "CREATE TEMP TABLE fresh (number INTEGER PRIMARY KEY, id TEXT, clip TEXT, genome TEXT, title TEXT,
                                  artist TEXT, mean REAL, born_ms INTEGER, state TEXT)",
    )?;
    let now_ms = now_ms()?;
    let transaction = conn.unchecked_transaction()?;
    {
        let mut insert =
            transaction.prepare("INSERT INTO fresh VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
        let mut chance = 1;
        for number in there as u64..count {
            let mean = (draw(&mut chance) % 4_000) as f64 / 1_000.0 - 2.0;
            let born_ms = now_ms - (count - number) as i64 * 600_000;
            let lives = number + LIVING >= count;
            insert.execute(rusqlite::params![
                number as i64 + 1,
                name(number),
                name(number),
                format!("{number:064x}"),
                format!("{} {}", TITLES[number as usize % TITLES.len()], number),
                format!("Artist {}", number % ARTISTS),
                mean,
                born_ms,
                if lives { "live" } else { "retired" },
            ])?;
        }
    }
    transaction.execute_batch(
        "INSERT INTO genome (id, canonical)
         SELECT fresh.genome, genome.canonical FROM fresh, (SELECT canonical FROM genome LIMIT 1) AS genome",
    )?;
    let sheep = copied(
        &transaction,
        "sheep",
        &[
            ("number", "fresh.number"),
            ("id", "fresh.id"),
            ("title", "fresh.title"),
            ("artist", "fresh.artist"),
            ("genome", "fresh.genome"),
            ("state", "fresh.state"),
            ("born_ms", "fresh.born_ms"),
            ("live_ms", "fresh.born_ms"),
            ("rating_mean", "fresh.mean"),
            ("rating_variance", "0.1"),
            ("rated_ms", "fresh.born_ms"),
            ("votes", "40"),
            ("exposures", "60"),
            ("poster", "fresh.genome"),
            ("fame", "fresh.mean - 0.63"),
        ],
    )?;
    let clip = copied(
        &transaction,
        "clip",
        &[
            ("number", "fresh.number + (SELECT MAX(number) FROM clip)"),
            ("id", "fresh.clip"),
            ("from_sheep", "fresh.id"),
            ("to_sheep", "fresh.id"),
            ("title", "fresh.title"),
            ("state", "fresh.state"),
            ("published_ms", "fresh.born_ms"),
            ("blob", "fresh.genome"),
            ("bytes", "3000000"),
            ("sha256", "fresh.genome"),
            ("info_hash", "substr(fresh.genome, 25)"),
            ("torrent", "fresh.genome"),
            ("poster", "fresh.genome"),
        ],
    )?;
    transaction.execute_batch(&sheep)?;
    transaction.execute_batch(&clip)?;
    transaction.execute_batch(TERMS)?;
    transaction.execute_batch("DROP TABLE fresh")?;
    transaction.commit()?;
    settle(&conn)
}

/// Adds votes, each with its ballot, of as many voters as it takes.
pub(crate) fn votes(place: &Place, count: u64) -> anyhow::Result<()> {
    let conn = open(place)?;
    let mut statement = conn.prepare("SELECT id FROM sheep ORDER BY id")?;
    let sheep: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let now_ms = now_ms()?;
    let step = (sheep.len() / VOTES_EACH as usize).max(1);
    for batch in (0..count).step_by(BATCH as usize) {
        let transaction = conn.unchecked_transaction()?;
        {
            let mut voter = transaction.prepare(
                "INSERT INTO voter (id, first_seen_ms, leniency_mean, leniency_variance, votes)
                 VALUES (?1, ?2, 0.8, 0.5, ?3)",
            )?;
            let mut ballot = transaction.prepare(
                "INSERT INTO ballot (id, voter, left_sheep, dealt_ms, expires_ms, answered_ms, answer, weight)
                 VALUES (?1, ?2, ?3, ?4, ?4 + 86400000, ?4 + 5000, 'up', 1.0)",
            )?;
            let mut vote = transaction.prepare(
                "INSERT INTO vote (voter, first_sheep, second_sheep, ballot, voted_ms, weight, network, first_mean,
                                   first_precision, second_mean, second_precision, leniency_mean,
                                   leniency_precision)
                 VALUES (?1, ?2, '', ?3, ?4, 1.0, '', 0.1, 0.2, 0.0, 0.0, 0.1, 0.1)",
            )?;
            for number in batch..(batch + BATCH).min(count) {
                let who = format!("web-{:032x}", number / VOTES_EACH);
                let turn = (number % VOTES_EACH) as usize;
                if turn == 0 {
                    voter.execute(rusqlite::params![who, now_ms, VOTES_EACH as i64])?;
                }
                // In the order of the keys: a voter's sheep go up.
                let offset = (number / VOTES_EACH) as usize % step;
                let Some(about) = sheep.get(turn * step + offset) else {
                    continue;
                };
                let name = format!("{number:016x}");
                let at_ms = now_ms - (count - number) as i64;
                ballot.execute(rusqlite::params![name, who, about, at_ms])?;
                vote.execute(rusqlite::params![who, about, name, at_ms + 5_000])?;
            }
        }
        transaction.commit()?;
        eprint!("\r{} of {count} votes", (batch + BATCH).min(count));
    }
    eprintln!();
    settle(&conn)
}

/// What the sheep are found by: the words of title and artist, and the artist.
const TERMS: &str = "
    INSERT INTO sheep_term (sheep, term)
    SELECT number, CAST('w' || lower(substr(title, 1, instr(title, ' ') - 1)) AS BLOB) FROM fresh
    UNION SELECT number, CAST('w' || substr(title, instr(title, ' ') + 1) AS BLOB) FROM fresh
    UNION SELECT number, CAST('wartist' AS BLOB) FROM fresh
    UNION SELECT number, CAST('a' || lower(artist) AS BLOB) FROM fresh";

const TITLES: [&str; 8] = [
    "Tide", "Lantern", "Orchard", "Comet", "Thistle", "Harbour", "Ember", "Glass",
];

fn open(place: &Place) -> anyhow::Result<Connection> {
    let Place::File(file) = place else {
        bail!("the large flock is for SQLite");
    };
    let conn = Connection::open(file)?;
    // Nobody else has it open, and it is thrown away afterwards.
    conn.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000")?;
    Ok(conn)
}

/// What a store is like that has been at work for long.
fn settle(conn: &Connection) -> anyhow::Result<()> {
    conn.execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

/// `INSERT` of a copy of the table's first row for every fresh sheep, but for these columns.
fn copied(conn: &Connection, table: &str, changed: &[(&str, &str)]) -> anyhow::Result<String> {
    let mut statement = conn.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let columns: Vec<String> = statement
        .query_map([table], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let values = columns.iter().map(|column| {
        let other = changed.iter().find(|(name, _)| name == column);
        other.map_or(format!("first.{column}"), |(_, value)| (*value).to_owned())
    });
    let values: Vec<String> = values.collect();
    Ok(format!(
        "INSERT INTO {table} ({}) SELECT {} FROM fresh, (SELECT * FROM {table} ORDER BY number LIMIT 1) AS first",
        columns.join(", "),
        values.join(", ")
    ))
}

/// A name spread out over all names, as those drawn by chance are.
fn name(number: u64) -> String {
    format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn now_ms() -> anyhow::Result<i64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    i64::try_from(now.as_millis()).context("a clock in the far future")
}
