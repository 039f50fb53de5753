//! An idle source whose user does what a test says.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Idle, IdleError, IdleSource};

const NAME: &str = "a script";

/// The double of [`IdleSource`] for tests of its callers. Clones share one user: give one to the
/// code under test and keep another.
///
/// The watched span is kept for [`Scripted::watched`] but not waited for: the user goes and
/// returns when told to.
#[derive(Clone, Debug, Default)]
pub struct Scripted {
    shared: Arc<(Mutex<Script>, Condvar)>,
    answered: Option<bool>,
}

#[derive(Debug, Default)]
struct Script {
    since: Option<Instant>,
    broken: Option<String>,
    watched: Option<Duration>,
}

impl Scripted {
    /// A user who is there.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The user has touched nothing since `since`.
    pub fn goes(&self, since: Instant) {
        self.change(|script| script.since = Some(since));
    }

    /// The user is back.
    pub fn returns(&self) {
        self.change(|script| script.since = None);
    }

    /// From now on every call fails with this reason.
    pub fn breaks(&self, reason: &str) {
        self.change(|script| script.broken = Some(reason.to_owned()));
    }

    /// The span that was asked for last.
    #[must_use]
    pub fn watched(&self) -> Option<Duration> {
        self.script().watched
    }

    fn change(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script());
        self.shared.1.notify_all();
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        // A test that panicked while it held the lock left nothing half changed.
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Script {
    fn idle(&self) -> Result<Idle, IdleError> {
        match &self.broken {
            Some(reason) => Err(IdleError {
                source_name: NAME,
                reason: reason.clone(),
            }),
            None => Ok(self.since.map_or(Idle::Active, Idle::Since)),
        }
    }
}

impl IdleSource for Scripted {
    fn name(&self) -> &'static str {
        NAME
    }

    fn watch(&mut self, after: Duration) -> Result<(), IdleError> {
        let mut script = self.script();
        script.watched = Some(after);
        script.idle().map(|_| ())
    }

    fn poll(&mut self) -> Result<Idle, IdleError> {
        let idle = self.script().idle()?;
        self.answered = Some(idle.is_idle());
        Ok(idle)
    }

    fn wait(&mut self, timeout: Duration) -> Result<Idle, IdleError> {
        let before = self.answered.unwrap_or(false);
        let shared = Arc::clone(&self.shared);
        let unchanged =
            |script: &mut Script| matches!(script.idle(), Ok(idle) if idle.is_idle() == before);
        drop(
            shared
                .1
                .wait_timeout_while(self.script(), timeout, unchanged)
                .unwrap_or_else(PoisonError::into_inner),
        );
        self.poll()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_when_the_user_goes_and_again_when_they_return() {
        let user = Scripted::new();
        let mut source = user.clone();
        source.watch(Duration::from_secs(60)).unwrap();
        assert_eq!(user.watched(), Some(Duration::from_secs(60)));
        assert_eq!(source.wait(Duration::ZERO), Ok(Idle::Active));

        let left = Instant::now();
        let waiting = std::thread::spawn(move || {
            let gone = source.wait(Duration::from_secs(10));
            (gone, source.wait(Duration::from_secs(10)), source)
        });
        user.goes(left);
        // The first wait may already be over; the second ends with the return either way.
        std::thread::sleep(Duration::from_millis(50));
        user.returns();
        let (gone, back, mut source) = waiting.join().unwrap();
        assert_eq!(gone, Ok(Idle::Since(left)));
        assert_eq!(back, Ok(Idle::Active));

        user.breaks("the session ended");
        let error = source.poll().unwrap_err();
        assert!(error.to_string().contains("the session ended"));
    }
}
