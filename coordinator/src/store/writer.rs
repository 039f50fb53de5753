//! The writer: transactions queue up, are committed in groups, and are answered after the commit.
//!
//! ```text
//! callers --mpsc--> [BEGIN IMMEDIATE, SAVEPOINT each, COMMIT + fsync] --oneshot--> callers
//! ```
//!
//! One commit forces the disk once, however many transactions it carries: while one group is
//! being forced, the next one gathers. A transaction that fails is rolled back to its savepoint
//! and leaves the others alone. A caller that goes away changes nothing: what was queued is done.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Notify, mpsc, oneshot};

use super::StoreError;
use crate::clock::Clock;

/// The most transactions in one commit; more would make the first of them wait too long.
const GROUP_MAX: usize = 128;
/// Transactions that may wait; callers beyond wait for a place, which slows a flood down.
const QUEUE_MAX: usize = 1024;

/// What a transaction works with.
pub(super) struct Tx<'c> {
    pub(super) conn: &'c mut SqliteConnection,
    pub(super) rng: &'c mut ChaCha20Rng,
    pub(super) now_ms: i64,
    /// Set by whoever adds a job, so that the runner is woken after the commit.
    pub(super) job_added: &'c mut bool,
}

impl Tx<'_> {
    /// Fresh random bytes, for an id.
    pub(super) fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }
}

/// The sending end of the writer's queue.
#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Box<dyn Queued>>,
    job_added: Arc<Notify>,
}

impl Writer {
    /// Starts the writer task. It ends when the last sender is gone.
    pub(super) fn start(conn: SqliteConnection, clock: Arc<dyn Clock>, rng: ChaCha20Rng) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let job_added = Arc::new(Notify::new());
        let task = Task {
            conn,
            clock,
            rng,
            job_added: Arc::clone(&job_added),
        };
        tokio::spawn(task.run(waiting));
        Self { queue, job_added }
    }

    /// Queues a transaction and waits until it is on disk.
    pub(super) async fn write<T, F>(&self, transaction: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(Tx<'c>) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let queued = Transaction {
            work: Some(transaction),
            outcome: None,
            answer,
        };
        let sent = self.queue.send(Box::new(queued)).await;
        sent.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Woken whenever a commit has added a job.
    pub(super) fn job_added(&self) -> &Notify {
        &self.job_added
    }
}

/// A transaction in the queue, its types forgotten.
trait Queued: Send {
    /// Does the work and says whether it shall be kept.
    fn run<'c>(&'c mut self, tx: Tx<'c>) -> BoxFuture<'c, bool>;
    /// Answers the caller; `failed` when the group could not be committed.
    fn answer(self: Box<Self>, failed: Option<&Arc<sqlx::Error>>);
}

struct Transaction<T, F> {
    work: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Queued for Transaction<T, F>
where
    T: Send + 'static,
    F: for<'c> FnOnce(Tx<'c>) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
{
    fn run<'c>(&'c mut self, tx: Tx<'c>) -> BoxFuture<'c, bool> {
        Box::pin(async move {
            let Some(work) = self.work.take() else {
                return false;
            };
            let outcome = work(tx).await;
            let keep = outcome.is_ok();
            self.outcome = Some(outcome);
            keep
        })
    }

    fn answer(self: Box<Self>, failed: Option<&Arc<sqlx::Error>>) {
        let outcome = match (self.outcome, failed) {
            // A transaction that was refused changed nothing, committed or not.
            (Some(Err(error)), _) => Err(error),
            (_, Some(error)) => Err(StoreError::Commit(Arc::clone(error))),
            (Some(outcome), None) => outcome,
            (None, None) => Err(StoreError::Closed),
        };
        // The caller may have gone away; the work is done all the same.
        let _ = self.answer.send(outcome);
    }
}

struct Task {
    conn: SqliteConnection,
    clock: Arc<dyn Clock>,
    rng: ChaCha20Rng,
    job_added: Arc<Notify>,
}

impl Task {
    async fn run(mut self, mut waiting: mpsc::Receiver<Box<dyn Queued>>) {
        let mut group = Vec::with_capacity(GROUP_MAX);
        while waiting.recv_many(&mut group, GROUP_MAX).await > 0 {
            let mut job_added = false;
            let failed = self
                .commit(&mut group, &mut job_added)
                .await
                .err()
                .map(Arc::new);
            for queued in group.drain(..) {
                queued.answer(failed.as_ref());
            }
            if job_added && failed.is_none() {
                self.job_added.notify_one();
            }
        }
        if let Err(error) = self.conn.close().await {
            tracing::warn!(%error, "The store did not close cleanly; nothing is lost");
        }
    }

    async fn commit(
        &mut self,
        group: &mut [Box<dyn Queued>],
        job_added: &mut bool,
    ) -> Result<(), sqlx::Error> {
        execute(&mut self.conn, "BEGIN IMMEDIATE").await?;
        let outcome = self.run_group(group, job_added).await;
        let end = if outcome.is_ok() {
            "COMMIT"
        } else {
            "ROLLBACK"
        };
        let ended = execute(&mut self.conn, end).await;
        if outcome.is_ok() && ended.is_err() {
            // Without this the next group could not begin. It fails when SQLite has rolled back
            // by itself (a full disk), which is as good.
            let _ = execute(&mut self.conn, "ROLLBACK").await;
        }
        outcome.and(ended)
    }

    async fn run_group(
        &mut self,
        group: &mut [Box<dyn Queued>],
        job_added: &mut bool,
    ) -> Result<(), sqlx::Error> {
        for queued in group {
            execute(&mut self.conn, "SAVEPOINT one").await?;
            let mut added = false;
            let tx = Tx {
                conn: &mut self.conn,
                rng: &mut self.rng,
                now_ms: self.clock.now_ms(),
                job_added: &mut added,
            };
            if queued.run(tx).await {
                *job_added |= added;
            } else {
                execute(&mut self.conn, "ROLLBACK TO one").await?;
            }
            execute(&mut self.conn, "RELEASE one").await?;
        }
        Ok(())
    }
}

async fn execute(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::query(sql).execute(conn).await.map(drop)
}
