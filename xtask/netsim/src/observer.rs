//! Somebody who looks at the data folder from outside, with a connection of its own that is there
//! before every coordinator and after it. (So a killed one leaves its log behind, as a process
//! does that is killed.)

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _};
use woolgather_coordinator::blobs::Blobs;
use woolgather_protocol::{Blake3, LeaseId};

use crate::clock::START_MS;
use crate::plant::Plant;
use crate::rules::{BLAMED, BLOBS, IN_THE_END, NEVER, Rule};
use crate::told::{Promise, Told, Work};

/// The database's file in the data folder.
const DATABASE: &str = "woolgather.sqlite";
/// A year, ms: longer than any simulation.
const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1_000;
/// More than the longest blob here has bytes.
const BLOB_BYTES_MAX: u64 = 1 << 24;

/// The observer of a data folder.
pub struct Observer {
    folder: PathBuf,
    conn: Connection,
}

/// What there was in the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Units accepted.
    pub accepted: u64,
    /// Units given up.
    pub quarantined: u64,
    /// Submissions refused.
    pub refused: u64,
    /// Clips published.
    pub live: u64,
    /// Leases that ran out.
    pub expired: u64,
}

impl Observer {
    /// Looks at a data folder, with or without a database in it.
    ///
    /// # Errors
    ///
    /// When the database cannot be opened.
    pub fn of(folder: &Path) -> anyhow::Result<Self> {
        let conn = Connection::open(folder.join(DATABASE))?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        Ok(Self {
            folder: folder.to_owned(),
            conn,
        })
    }

    /// What must hold at every moment. `swept_ms` is a time before which no lease may have run out
    /// that is still there.
    ///
    /// # Errors
    ///
    /// What does not hold.
    pub fn look(&self, told: &Told, swept_ms: i64) -> anyhow::Result<()> {
        self.keep(NEVER)?;
        let late = "SELECT id FROM lease WHERE state = 'active' AND expires_ms < ?1";
        if let Some(lease) = self.find(late, &[&swept_ms])? {
            anyhow::bail!("lease {lease} outlived its term");
        }
        for (lease, promise) in &told.promises {
            self.keeps_promise(lease, promise)?;
        }
        for device in &told.honest {
            if let Some(blame) = self.find(BLAMED, &[&device.to_string()])? {
                anyhow::bail!("honest device {} is blamed: {blame}", device.short());
            }
        }
        Ok(())
    }

    /// What must hold when everything is done.
    ///
    /// # Errors
    ///
    /// What does not hold.
    pub fn look_in_the_end(&self) -> anyhow::Result<()> {
        let damage: String = self
            .conn
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        ensure!(damage == "ok", "the database is damaged: {damage}");
        self.keep(IN_THE_END)?;
        self.needed_blobs_are_whole()
    }

    /// What must hold days after everything was done: the other direction, no blob is left that no
    /// row needs, in use or discarded.
    ///
    /// # Errors
    ///
    /// What is left.
    pub fn every_blob_is_needed(&self) -> anyhow::Result<()> {
        let needed: BTreeSet<String> = self.blobs()?.into_iter().collect();
        for (name, path) in self.blob_files()? {
            ensure!(
                needed.contains(&name),
                "no row needs the blob {}",
                path.strip_prefix(&self.folder)?.display()
            );
        }
        Ok(())
    }

    /// Gives blobs that were put since the last time this moment of simulated time instead of the
    /// machine's. Until then they seem to come from the future, so they are not old.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn stamp_blobs(&self, now_ms: i64) -> anyhow::Result<()> {
        let time = |ms: i64| UNIX_EPOCH + Duration::from_millis(ms.unsigned_abs());
        let machines = time(START_MS + YEAR_MS);
        for (_, path) in self.blob_files()? {
            if path.metadata()?.modified()? > machines {
                File::open(&path)?.set_modified(time(now_ms))?;
            }
        }
        Ok(())
    }

    /// Names and files of all blobs, in use or discarded.
    fn blob_files(&self) -> anyhow::Result<Vec<(String, PathBuf)>> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.join("blobs")];
        while let Some(folder) = folders.pop() {
            // There is none before the first start.
            let Ok(entries) = std::fs::read_dir(&folder) else {
                continue;
            };
            for entry in entries {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if path.is_dir() {
                    folders.push(path);
                } else if name.parse::<Blake3>().is_ok() {
                    found.push((name.into_owned(), path.clone()));
                }
            }
        }
        Ok(found)
    }

    /// Whether nothing is left to do; what is, otherwise.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn unfinished(&self) -> anyhow::Result<Option<String>> {
        for (what, sql) in IN_THE_END {
            if let Some(found) = self.find(sql, &[])? {
                return Ok(Some(format!("{what}: {found}")));
            }
        }
        Ok(None)
    }

    /// The live clips.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn live_clips(&self) -> anyhow::Result<Vec<(String, i64)>> {
        let sql = "SELECT id, version FROM clip WHERE state = 'live' ORDER BY id";
        let mut wanted = self.conn.prepare_cached(sql)?;
        let rows = wanted.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What there is of everything.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn counts(&self) -> anyhow::Result<Counts> {
        let count = |sql: &str| -> anyhow::Result<u64> {
            let found: i64 = self.conn.query_row(sql, [], |row| row.get(0))?;
            Ok(found.unsigned_abs())
        };
        Ok(Counts {
            accepted: count("SELECT COUNT(*) FROM work_unit WHERE state = 'accepted'")?,
            quarantined: count("SELECT COUNT(*) FROM work_unit WHERE state = 'quarantined'")?,
            refused: count("SELECT COUNT(*) FROM submission WHERE state = 'refused'")?,
            live: count("SELECT COUNT(*) FROM clip WHERE state = 'live'")?,
            expired: count("SELECT COUNT(*) FROM lease WHERE state = 'expired'")?,
        })
    }

    /// Digest of every row of every table.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn digest(&self) -> anyhow::Result<Blake3> {
        let mut digest = blake3::Hasher::new();
        let named = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
        let mut named = self.conn.prepare(named)?;
        let tables: Vec<String> = named
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for table in tables {
            let mut wanted = self.conn.prepare(&format!("SELECT * FROM {table}"))?;
            let columns = wanted.column_count();
            let mut rows = wanted.query([])?;
            while let Some(row) = rows.next()? {
                for column in 0..columns {
                    add(&mut digest, row.get_ref(column)?);
                }
            }
        }
        Ok(Blake3(*digest.finalize().as_bytes()))
    }

    /// Keeps a copy of the database beside it, for a coordinator that forgets.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn remember(&self) -> anyhow::Result<()> {
        let copy = self.folder.join("earlier.sqlite");
        if copy.exists() {
            std::fs::remove_file(&copy)?;
        }
        let name = copy.to_str().context("a folder with an odd name")?;
        self.conn.execute("VACUUM INTO ?1", [name])?;
        Ok(())
    }

    /// Does to the database what a planted fault does when the coordinator was killed.
    ///
    /// # Errors
    ///
    /// When the database or the folder cannot be written.
    pub fn spoil(&mut self, plant: Plant) -> anyhow::Result<()> {
        if let Some(sql) = plant.sql() {
            self.conn.execute_batch(sql)?;
        }
        match plant {
            Plant::ForgetsCommits => {
                // Without a connection there is no log any more.
                self.conn = Connection::open_in_memory()?;
                let earlier = self.folder.join("earlier.sqlite");
                std::fs::copy(earlier, self.folder.join(DATABASE))?;
                *self = Self::of(&self.folder)?;
            }
            Plant::LosesBlob => {
                let wanted = self.blobs()?;
                let path = |name: &String| {
                    let path = format!("blobs/{}/{}/{name}", &name[..2], &name[2..4]);
                    self.folder.join(path)
                };
                if let Some(path) = wanted.first().map(path)
                    && path.exists()
                {
                    std::fs::remove_file(path)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn keep(&self, rules: &[Rule]) -> anyhow::Result<()> {
        for (what, sql) in rules {
            if let Some(found) = self.find(sql, &[])? {
                anyhow::bail!("{what}: {found}");
            }
        }
        Ok(())
    }

    /// What was acknowledged is there, once.
    fn keeps_promise(&self, lease: &LeaseId, promise: &Promise) -> anyhow::Result<()> {
        let digest = promise.digest.to_string();
        let device = promise.device.to_string();
        let sql = "SELECT state FROM lease WHERE id = ?1 AND device = ?2 AND answer = ?3";
        let state = self.find(sql, &[&lease.as_str(), &device, &digest])?;
        let answered = matches!(state.as_deref(), Some("answered" | "refused"));
        ensure!(
            answered,
            "lease {lease} was acknowledged, and the store says {state:?}"
        );
        if promise.work == Work::Segment {
            let sql = "SELECT COUNT(*) FROM submission
                       WHERE lease = ?1 AND device = ?2 AND segment = ?3";
            let count = self.find(sql, &[&lease.as_str(), &device, &digest])?;
            ensure!(
                count.as_deref() == Some("1"),
                "the submission for lease {lease} was acknowledged, and is there {count:?} times"
            );
        }
        Ok(())
    }

    fn needed_blobs_are_whole(&self) -> anyhow::Result<()> {
        let blobs = Blobs::folder(&self.folder)?;
        for name in self.blobs()? {
            let parsed: Blake3 = name.parse()?;
            let bytes = blobs.read(&parsed, BLOB_BYTES_MAX);
            let bytes = bytes.with_context(|| format!("a row needs blob {name}"))?;
            ensure!(Blake3::of(&bytes) == parsed, "blob {name} is damaged");
        }
        Ok(())
    }

    fn blobs(&self) -> anyhow::Result<Vec<String>> {
        let mut wanted = self.conn.prepare_cached(BLOBS)?;
        let rows = wanted.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first column of the first row that a statement finds, as text.
    fn find(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> anyhow::Result<Option<String>> {
        let mut wanted = self.conn.prepare_cached(sql)?;
        let found = wanted
            .query_row(values, |row| {
                Ok(match row.get_ref(0)? {
                    ValueRef::Integer(number) => number.to_string(),
                    ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    other => format!("{other:?}"),
                })
            })
            .optional()?;
        Ok(found)
    }
}

fn add(digest: &mut blake3::Hasher, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => digest.update(b"null"),
        ValueRef::Integer(number) => digest.update(&number.to_le_bytes()),
        ValueRef::Real(number) => digest.update(&number.to_le_bytes()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => digest
            .update(&(bytes.len() as u64).to_le_bytes())
            .update(bytes),
    };
}
