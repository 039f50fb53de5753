//! Opening the store: a connection, migrations, the writer and the readers.

use std::sync::Arc;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::StoreError;
use super::database::{Database, Query, Row, query};
use super::gallery;
use super::place::Place;
use super::readers::Readers;
use super::rows::number;
use super::writer::{Tx, Writer};
use crate::clock::Clock;
use crate::disk;
use crate::hands::Hands;

/// Every migration, oldest first. A published one never changes; a change of the schema is a new
/// one.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_flock.sql"),
    include_str!("../../migrations/0002_drawn_by.sql"),
    include_str!("../../migrations/0003_checks.sql"),
    include_str!("../../migrations/0004_trust.sql"),
    include_str!("../../migrations/0005_several.sql"),
    include_str!("../../migrations/0006_admins.sql"),
    include_str!("../../migrations/0007_evolution.sql"),
    include_str!("../../migrations/0008_gallery.sql"),
    include_str!("../../migrations/0009_people.sql"),
    include_str!("../../migrations/0010_entries.sql"),
    include_str!("../../migrations/0011_ballots.sql"),
];
/// After this one, what it made is filled by the program: SQL alone cannot take words out of titles.
const GALLERY: usize = 8;

/// Everything the coordinator remembers. Cheap to clone; clones share one writer.
#[derive(Clone)]
pub struct Store {
    place: Place,
    writer: Writer,
    readers: Readers,
    clock: Arc<dyn Clock>,
}

impl Store {
    /// Opens (and, the first time, creates) the store at `place`, bringing the schema up to
    /// date. `rng_seed` feeds every id and draw: 32 bytes of [`crate::keys::fresh_bytes`], or a
    /// constant in tests. Must run inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`], [`StoreError::Database`], or [`StoreError::Corrupt`] when a newer
    /// program wrote the store: say so and do not start.
    pub async fn open(
        place: impl Into<Place>,
        clock: Arc<dyn Clock>,
        rng_seed: [u8; 32],
    ) -> Result<Self, StoreError> {
        Self::open_with(place, clock, rng_seed, &Hands::machine()).await
    }

    /// As [`Store::open`], with other hands than the machine's.
    ///
    /// # Errors
    ///
    /// As [`Store::open`].
    pub async fn open_with(
        place: impl Into<Place>,
        clock: Arc<dyn Clock>,
        rng_seed: [u8; 32],
        hands: &Hands,
    ) -> Result<Self, StoreError> {
        let place = place.into();
        let now_ms = clock.now_ms();
        let there = place.clone();
        let opening = hands.work(move || prepare(&there, now_ms));
        let conn = opening.await.map_err(|_| StoreError::Closed)??;
        let rng = ChaCha20Rng::from_seed(rng_seed);
        let readers = Readers::start(&place, hands)?;
        Ok(Self {
            place: place.clone(),
            writer: Writer::start(place, conn, Arc::clone(&clock), rng, hands)?,
            readers,
            clock,
        })
    }

    /// How far the schema of the store at `place` is behind this program's, in migrations; a store that
    /// nobody has opened yet is behind by all of them. Changes nothing. Blocks on the database.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub fn migrations_missing(place: &Place) -> Result<usize, StoreError> {
        let mut conn = place.connect_reading()?;
        // Before the first migration there is no such table.
        let applied = match query("SELECT COUNT(*) AS applied FROM migration").fetch_one(&mut *conn)
        {
            Ok(row) => number(&row, "applied")?,
            Err(error) if error.storage_problem().is_some() => return Err(error.into()),
            Err(_) => 0,
        };
        Ok(MIGRATIONS.len().saturating_sub(applied))
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
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.writer.write(transaction).await
    }

    /// Looks at one moment of everything committed.
    pub(super) async fn read<T, F>(&self, look: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn Database) -> Result<T, StoreError> + Send + 'static,
    {
        self.readers.read(look).await
    }

    /// The rows a statement finds.
    pub(super) async fn rows(&self, wanted: Query) -> Result<Vec<Row>, StoreError> {
        self.read(|conn| Ok(wanted.fetch_all(conn)?)).await
    }

    /// The first row a statement finds, if there is one.
    pub(super) async fn row(&self, wanted: Query) -> Result<Option<Row>, StoreError> {
        self.read(|conn| Ok(wanted.fetch_optional(conn)?)).await
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    pub(super) fn writer(&self) -> &Writer {
        &self.writer
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}

/// Connects to a store, making it if it is not there, and brings its schema up to date.
pub(super) fn prepare(place: &Place, now_ms: i64) -> Result<Box<dyn Database>, StoreError> {
    if let Place::Folder(folder) = place {
        disk::make_folder(folder)?;
    }
    let mut conn = place.connect()?;
    migrate(&mut *conn, now_ms)?;
    Ok(conn)
}

/// Applies the migrations that are missing. Processes take turns.
fn migrate(conn: &mut dyn Database, now_ms: i64) -> Result<(), StoreError> {
    conn.begin_alone()?;
    let outcome = apply_missing(conn, now_ms);
    let end = if outcome.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    query(end).execute(conn)?;
    outcome
}

fn apply_missing(conn: &mut dyn Database, now_ms: i64) -> Result<(), StoreError> {
    conn.script(
        "CREATE TABLE IF NOT EXISTS migration
         (number BIGINT PRIMARY KEY, applied_ms BIGINT NOT NULL)",
    )?;
    let row = query("SELECT COUNT(*) AS applied FROM migration").fetch_one(conn)?;
    let applied: usize = number(&row, "applied")?;
    let Some(missing) = MIGRATIONS.get(applied..) else {
        let known = MIGRATIONS.len();
        return Err(StoreError::Corrupt(format!(
            "schema {applied}, made by a newer program; this one knows {known}"
        )));
    };
    for (number, migration) in (applied + 1..).zip(missing) {
        conn.script(migration)?;
        if number == GALLERY {
            gallery::fill(conn)?;
        }
        query("INSERT INTO migration (number, applied_ms) VALUES ($1, $2)")
            .bind(number as i64)
            .bind(now_ms)
            .execute(conn)?;
    }
    Ok(())
}
