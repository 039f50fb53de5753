//! Opening the store: files, pragmas, migrations, the writer and the readers.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Row, Sqlite, SqliteConnection, SqlitePool};

use super::StoreError;
use super::writer::{Tx, Writer};
use crate::clock::Clock;

/// The database's file in the data folder.
const FILE: &str = "woolgather.sqlite";

/// Every migration, oldest first. A published one never changes; a change of the schema is a new
/// one.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_flock.sql"),
    include_str!("../../migrations/0002_drawn_by.sql"),
];

/// How long one process waits for another's commit before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Readers at the same time. Reads are short and the machine may have two cores.
const READERS_MAX: u32 = 4;

/// Everything the coordinator remembers. Cheap to clone; clones share one writer.
#[derive(Clone)]
pub struct Store {
    writer: Writer,
    readers: SqlitePool,
    clock: Arc<dyn Clock>,
}

impl Store {
    /// Opens (and, the first time, creates) the store in `data_dir`, bringing the schema up to
    /// date. `rng_seed` feeds every id and draw: 32 bytes of [`crate::keys::fresh_bytes`], or a
    /// constant in tests. Must run inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`], [`StoreError::Database`], or [`StoreError::Corrupt`] when a newer
    /// program wrote the store: say so and do not start.
    pub async fn open(
        data_dir: &Path,
        clock: Arc<dyn Clock>,
        rng_seed: [u8; 32],
    ) -> Result<Self, StoreError> {
        std::fs::create_dir_all(data_dir)?;
        let options = SqliteConnectOptions::new()
            .filename(data_dir.join(FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .statement_cache_capacity(256);
        let mut conn = options.connect().await?;
        migrate(&mut conn, clock.now_ms()).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .connect_lazy_with(options.pragma("query_only", "1"));
        let rng = ChaCha20Rng::from_seed(rng_seed);
        Ok(Self {
            writer: Writer::start(conn, Arc::clone(&clock), rng),
            readers,
            clock,
        })
    }

    /// Waits until a job was added in this process, at most `at_most`: the job runner's rest
    /// between two claims.
    pub async fn wait_for_job(&self, at_most: Duration) {
        let added = self.writer.job_added().notified();
        // Running out of time is the other way to end the rest.
        let _ = tokio::time::timeout(at_most, added).await;
    }

    /// Runs a transaction and waits until it is on disk.
    pub(super) async fn write<T, F>(&self, transaction: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Tx<'c>) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.writer.write(transaction).await
    }

    /// One moment's view of everything committed.
    pub(super) async fn read(&self) -> Result<sqlx::Transaction<'static, Sqlite>, StoreError> {
        Ok(self.readers.begin().await?)
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}

/// Applies the migrations that are missing. `BEGIN IMMEDIATE` makes processes take turns.
async fn migrate(conn: &mut SqliteConnection, now_ms: i64) -> Result<(), StoreError> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *conn).await?;
    let outcome = apply_missing(conn, now_ms).await;
    let end = if outcome.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    sqlx::query(end).execute(conn).await?;
    outcome
}

async fn apply_missing(conn: &mut SqliteConnection, now_ms: i64) -> Result<(), StoreError> {
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS migration
         (number BIGINT PRIMARY KEY, applied_ms BIGINT NOT NULL)",
    )
    .execute(&mut *conn)
    .await?;
    let row = sqlx::query("SELECT COUNT(*) AS applied FROM migration")
        .fetch_one(&mut *conn)
        .await?;
    let applied = usize::try_from(row.try_get::<i64, _>("applied")?).unwrap_or(usize::MAX);
    let Some(missing) = MIGRATIONS.get(applied..) else {
        let known = MIGRATIONS.len();
        return Err(StoreError::Corrupt(format!(
            "schema {applied}, made by a newer program; this one knows {known}"
        )));
    };
    for (number, migration) in (applied + 1..).zip(missing) {
        sqlx::raw_sql(*migration).execute(&mut *conn).await?;
        sqlx::query("INSERT INTO migration (number, applied_ms) VALUES ($1, $2)")
            .bind(number as i64)
            .bind(now_ms)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
