//! Who does the long work: threads and child processes of the machine, or a stage.
//!
//! Whatever blocks (the database, blobs, drawing, joining, decoding) is handed to [`Hands`], and so
//! is what depends on the machine: how many cores there are, random bytes. A [`Stage`] is a
//! simulation's. There everything is done by the runtime's one thread, and the stage decides how
//! long it takes, so that the order of things depends on nothing else; and it ends when the stage
//! does, at any moment, as a killed process would. No option of the program leads to a stage
//! ([decision 26](../../docs/decisions/0026-a-stage-instead-of-threads.md)).

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use crate::checks::child::ChildArgs;
use crate::keys;

/// What a stage runs or waits for.
pub type StageFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where a simulation has everything done that would otherwise be a thread's or a child process'.
pub trait Stage: Send + Sync {
    /// Runs a task until it ends or the process that the stage stands for is killed.
    fn spawn(&self, task: StageFuture);
    /// Lets the time pass that this takes. What waits here may be killed here.
    fn pass(&self, moment: Moment) -> StageFuture;
    /// What the child process would say about a segment.
    ///
    /// # Errors
    ///
    /// When it would fail and it is not the segment's fault.
    fn decode(&self, segment: &[u8], args: &ChildArgs) -> anyhow::Result<Vec<u8>>;
    /// How long somebody rests who has nothing to do and usually looks again after `usual`.
    fn rest(&self, usual: Duration) -> Duration;
    /// How many cores the machine has; at least 1.
    fn cores(&self) -> usize;
    /// 32 random bytes.
    fn rng_seed(&self) -> [u8; 32];
}

/// A moment at which time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Long work is about to begin.
    Work,
    /// Long work is done, and nobody knows yet.
    Worked,
    /// Somebody is about to look into the database.
    Look,
    /// A group of transactions is about to be committed.
    Commit,
    /// It is on disk, and nobody was told yet.
    Committed,
}

/// Who does the long work. Cheap to clone.
#[derive(Clone)]
pub struct Hands(Option<Arc<dyn Stage>>);

impl Hands {
    /// The machine's threads and child processes.
    #[must_use]
    pub const fn machine() -> Self {
        Self(None)
    }

    /// A simulation's stage.
    #[must_use]
    pub fn on(stage: Arc<dyn Stage>) -> Self {
        Self(Some(stage))
    }

    /// The stage, where there is one.
    pub(crate) fn stage(&self) -> Option<&Arc<dyn Stage>> {
        self.0.as_ref()
    }

    /// Does work that blocks, beside everything else. Must be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the work panicked, or the program ends.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        let Some(stage) = &self.0 else {
            let done = tokio::task::spawn_blocking(work).await;
            return done.context("work on another thread did not end well");
        };
        stage.pass(Moment::Work).await;
        let done = work();
        stage.pass(Moment::Worked).await;
        Ok(done)
    }

    /// How long somebody rests who has nothing to do.
    #[must_use]
    pub fn rest(&self, usual: Duration) -> Duration {
        self.0.as_ref().map_or(usual, |stage| stage.rest(usual))
    }

    /// How many cores there are; at least 1.
    #[must_use]
    pub fn cores(&self) -> usize {
        match &self.0 {
            None => std::thread::available_parallelism().map_or(1, usize::from),
            Some(stage) => stage.cores().max(1),
        }
    }

    /// 32 random bytes that nobody else knows.
    ///
    /// # Errors
    ///
    /// When the system gives none.
    pub fn rng_seed(&self) -> anyhow::Result<[u8; 32]> {
        match &self.0 {
            None => Ok(keys::fresh_bytes()?),
            Some(stage) => Ok(stage.rng_seed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::thread::{self, ThreadId};

    /// Notes the moments that pass, and lets no time pass.
    #[derive(Default)]
    struct Noting(Mutex<Vec<Moment>>);

    impl Stage for Noting {
        fn spawn(&self, task: StageFuture) {
            tokio::spawn(task);
        }

        fn pass(&self, moment: Moment) -> StageFuture {
            self.0.lock().unwrap().push(moment);
            Box::pin(std::future::ready(()))
        }

        fn decode(&self, _segment: &[u8], _args: &ChildArgs) -> anyhow::Result<Vec<u8>> {
            anyhow::bail!("nobody decodes here")
        }

        fn rest(&self, usual: Duration) -> Duration {
            3 * usual
        }

        fn cores(&self) -> usize {
            0
        }

        fn rng_seed(&self) -> [u8; 32] {
            [7; 32]
        }
    }

    async fn whose(hands: &Hands) -> ThreadId {
        hands.work(|| thread::current().id()).await.unwrap()
    }

    #[tokio::test]
    async fn the_machine_works_on_another_thread() {
        let hands = Hands::machine();
        assert_ne!(whose(&hands).await, thread::current().id());
        assert_eq!(hands.rest(Duration::from_secs(1)), Duration::from_secs(1));
        assert_ne!(hands.rng_seed().unwrap(), hands.rng_seed().unwrap());
    }

    #[tokio::test]
    async fn on_a_stage_the_caller_works_and_time_passes_around_it() {
        let stage = Arc::new(Noting::default());
        let hands = Hands::on(stage.clone());
        assert_eq!(whose(&hands).await, thread::current().id());
        let moments = stage.0.lock().unwrap().clone();
        assert_eq!(moments, [Moment::Work, Moment::Worked]);
        assert_eq!(hands.rest(Duration::from_secs(1)), Duration::from_secs(3));
        assert_eq!((hands.cores(), hands.rng_seed().unwrap()), (1, [7; 32]));
    }

    #[tokio::test]
    async fn work_that_panics_is_an_error() {
        let worked = Hands::machine().work(|| panic!("as if")).await;
        assert!(worked.is_err());
    }
}
