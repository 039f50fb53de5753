//! The writer: transactions queue up, are committed in groups, and are answered after the commit.
//!
//! ```text
//! callers --mpsc--> [begin, a savepoint each, commit + fsync] --oneshot--> callers
//! ```
//!
//! One commit forces the disk once, however many transactions it carries: while one group is
//! being forced, the next one gathers. A transaction that fails is rolled back to its savepoint
//! and leaves the others alone. A caller that goes away changes nothing: what was queued is done.
//! The writer has a thread and a connection of its own. On a stage it is a task, and time passes
//! before a commit and between a commit and its answers.

use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use tokio::sync::{Notify, mpsc, oneshot};

use super::StoreError;
use super::database::{Database, DatabaseError, Memo, query};
use super::place::Place;
use crate::clock::Clock;
use crate::hands::{Hands, Moment, Stage};

/// The most transactions in one commit; more would make the first of them wait too long.
const GROUP_MAX: usize = 256;
/// Transactions that may wait; callers beyond wait for a place, which slows a flood down.
const QUEUE_MAX: usize = 1024;

/// What a transaction works with.
pub(super) struct Tx<'c> {
    pub(super) conn: &'c mut dyn Database,
    pub(super) rng: &'c mut ChaCha20Rng,
    pub(super) now_ms: i64,
    /// Who is to be woken after the commit.
    pub(super) news: &'c mut News,
}

/// What a transaction has brought that somebody waits for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct News {
    /// A job.
    pub(super) jobs: bool,
    /// A submission whose frames have to be decoded.
    pub(super) submissions: bool,
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
    bells: Arc<Bells>,
}

/// Rung after a commit that has brought something.
#[derive(Default)]
struct Bells {
    job_added: Notify,
    submission_taken: Notify,
}

impl Writer {
    /// Starts the writer on a connection to `place`. It ends when the last sender is gone.
    pub(super) fn start(
        place: Place,
        conn: Box<dyn Database>,
        clock: Arc<dyn Clock>,
        rng: ChaCha20Rng,
        hands: &Hands,
    ) -> std::io::Result<Self> {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let bells = Arc::new(Bells::default());
        let task = Task {
            place,
            conn,
            clock,
            rng,
            bells: Arc::clone(&bells),
        };
        if let Some(stage) = hands.stage() {
            stage.spawn(Box::pin(task.run_on(Arc::clone(stage), waiting)));
        } else {
            let thread = std::thread::Builder::new().name("store writer".into());
            thread.spawn(move || task.run(waiting))?;
        }
        Ok(Self { queue, bells })
    }

    /// Queues a transaction and waits until it is on disk.
    pub(super) async fn write<T, F>(&self, transaction: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
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
        &self.bells.job_added
    }

    /// Woken whenever a commit has taken a submission.
    pub(super) fn submission_taken(&self) -> &Notify {
        &self.bells.submission_taken
    }
}

/// A transaction in the queue, its types forgotten.
trait Queued: Send {
    /// Does the work and says whether it shall be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Answers the caller; `failed` when the group could not be committed.
    fn answer(self: Box<Self>, failed: Option<&Arc<DatabaseError>>);
}

struct Transaction<T, F> {
    work: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Queued for Transaction<T, F>
where
    T: Send + 'static,
    F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let outcome = work(tx);
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, failed: Option<&Arc<DatabaseError>>) {
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
    place: Place,
    conn: Box<dyn Database>,
    clock: Arc<dyn Clock>,
    rng: ChaCha20Rng,
    bells: Arc<Bells>,
}

impl Task {
    fn run(mut self, mut waiting: mpsc::Receiver<Box<dyn Queued>>) {
        let mut group = Vec::with_capacity(GROUP_MAX);
        while waiting.blocking_recv_many(&mut group, GROUP_MAX) > 0 {
            let outcome = self.commit(&mut group);
            self.answer(&mut group, outcome);
        }
    }

    /// The same as a task, which may be killed wherever it waits.
    async fn run_on(mut self, stage: Arc<dyn Stage>, mut waiting: mpsc::Receiver<Box<dyn Queued>>) {
        let mut group = Vec::with_capacity(GROUP_MAX);
        while waiting.recv_many(&mut group, GROUP_MAX).await > 0 {
            stage.pass(Moment::Commit).await;
            let outcome = self.commit(&mut group);
            stage.pass(Moment::Committed).await;
            self.answer(&mut group, outcome);
        }
    }

    /// Answers whoever waits for the group.
    fn answer(&self, group: &mut Vec<Box<dyn Queued>>, outcome: Result<News, DatabaseError>) {
        let (news, failed) = match outcome {
            Ok(news) => (news, None),
            Err(error) => (News::default(), Some(Arc::new(error))),
        };
        for queued in group.drain(..) {
            queued.answer(failed.as_ref());
        }
        if news.jobs {
            self.bells.job_added.notify_one();
        }
        if news.submissions {
            self.bells.submission_taken.notify_one();
        }
    }

    fn commit(&mut self, group: &mut [Box<dyn Queued>]) -> Result<News, DatabaseError> {
        if self.conn.is_broken() {
            self.conn = self.place.connect()?;
        }
        self.conn.begin_alone()?;
        let outcome = self.run_group(group);
        let end = if outcome.is_ok() {
            "COMMIT"
        } else {
            "ROLLBACK"
        };
        let ended = self.execute(end);
        if outcome.is_err() || ended.is_err() {
            *self.conn.memo() = Memo::default();
        }
        if outcome.is_ok() && ended.is_err() {
            // Without this the next group could not begin. It fails when the database has rolled
            // back by itself (a full disk), which is as good.
            let _ = self.execute("ROLLBACK");
        }
        ended.and(outcome)
    }

    fn run_group(&mut self, group: &mut [Box<dyn Queued>]) -> Result<News, DatabaseError> {
        let mut news = News::default();
        for queued in group {
            self.execute("SAVEPOINT one")?;
            let mut brought = News::default();
            let mut tx = Tx {
                conn: &mut *self.conn,
                rng: &mut self.rng,
                now_ms: self.clock.now_ms(),
                news: &mut brought,
            };
            let kept = queued.run(&mut tx);
            if kept {
                news.jobs |= brought.jobs;
                news.submissions |= brought.submissions;
            } else {
                self.execute("ROLLBACK TO one")?;
            }
            self.conn.memo().transaction_ended(kept);
            self.execute("RELEASE one")?;
        }
        Ok(news)
    }

    fn execute(&mut self, sql: &'static str) -> Result<(), DatabaseError> {
        query(sql).execute(&mut *self.conn).map(drop)
    }
}
