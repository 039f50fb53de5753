//! Fits a system that keeps a counter of the time since the last input to [`IdleSource`].

use std::time::{Duration, Instant};

use super::{Idle, IdleError, IdleSource};

/// Something that knows how long ago the last input was.
pub(super) trait InputClock: Send {
    /// The source's name, for a person.
    fn name(&self) -> &'static str;

    /// The time since the last input, or why it is no longer known.
    fn since_input(&mut self) -> Result<Duration, String>;

    /// Waits until there may have been input, for `timeout` at most. May end early, but not at
    /// once every time.
    fn await_input(&mut self, timeout: Duration) -> Result<(), String>;
}

/// An [`IdleSource`] made from an [`InputClock`].
pub(super) struct Counter<C> {
    clock: C,
    after: Option<Duration>,
    answered: bool,
}

impl<C: InputClock> Counter<C> {
    pub(super) fn new(clock: C) -> Self {
        Self {
            clock,
            after: None,
            answered: false,
        }
    }

    /// What holds now, and how much is missing until the user counts as idle.
    fn look(&mut self) -> Result<(Idle, Duration), String> {
        let since_input = self.clock.since_input()?;
        let Some(after) = self.after else {
            return Ok((Idle::Active, Duration::MAX));
        };
        let missing = after.saturating_sub(since_input);
        if missing.is_zero() {
            let now = Instant::now();
            let since = now.checked_sub(since_input).unwrap_or(now);
            Ok((Idle::Since(since), missing))
        } else {
            Ok((Idle::Active, missing))
        }
    }

    fn wait_for_change(&mut self, timeout: Duration) -> Result<Idle, String> {
        let started = Instant::now();
        loop {
            let (idle, missing) = self.look()?;
            let left = timeout.saturating_sub(started.elapsed());
            if idle.is_idle() != self.answered || left.is_zero() {
                self.answered = idle.is_idle();
                return Ok(idle);
            }
            if idle.is_idle() {
                self.clock.await_input(left)?;
            } else {
                // Nothing can change before the missing time has passed.
                std::thread::sleep(missing.min(left));
            }
        }
    }

    fn lost(&self, reason: String) -> IdleError {
        IdleError {
            source_name: self.clock.name(),
            reason,
        }
    }
}

impl<C: InputClock> IdleSource for Counter<C> {
    fn name(&self) -> &'static str {
        self.clock.name()
    }

    fn watch(&mut self, after: Duration) -> Result<(), IdleError> {
        self.after = Some(after);
        self.poll().map(drop)
    }

    fn poll(&mut self) -> Result<Idle, IdleError> {
        self.wait(Duration::ZERO)
    }

    fn wait(&mut self, timeout: Duration) -> Result<Idle, IdleError> {
        self.wait_for_change(timeout)
            .map_err(|reason| self.lost(reason))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Counts from the moment of the last input, which a test moves.
    struct Touched(Arc<Mutex<Instant>>);

    impl InputClock for Touched {
        fn name(&self) -> &'static str {
            "a test"
        }

        fn since_input(&mut self) -> Result<Duration, String> {
            Ok(self.0.lock().unwrap().elapsed())
        }

        fn await_input(&mut self, timeout: Duration) -> Result<(), String> {
            std::thread::sleep(timeout.min(Duration::from_millis(5)));
            Ok(())
        }
    }

    #[test]
    fn it_is_idle_from_the_agreed_span_on_and_dates_it_to_the_last_input() {
        let touched = Arc::new(Mutex::new(Instant::now()));
        let mut counter = Counter::new(Touched(Arc::clone(&touched)));
        assert_eq!(counter.poll(), Ok(Idle::Active), "nothing is watched yet");

        counter.watch(Duration::from_millis(100)).unwrap();
        let idle = counter.wait(Duration::from_secs(10)).unwrap();
        let Idle::Since(since) = idle else {
            panic!("{idle:?}")
        };
        let last_input = *touched.lock().unwrap();
        assert!(since.duration_since(last_input) < Duration::from_millis(50));
        assert!(last_input.elapsed() >= Duration::from_millis(100));
    }

    #[test]
    fn input_ends_the_wait_of_a_user_who_was_away() {
        let touched = Arc::new(Mutex::new(Instant::now()));
        let mut counter = Counter::new(Touched(Arc::clone(&touched)));
        counter.watch(Duration::from_millis(50)).unwrap();
        assert!(counter.wait(Duration::from_secs(10)).unwrap().is_idle());
        counter.watch(Duration::from_secs(3600)).unwrap();
        assert_eq!(
            counter.poll(),
            Ok(Idle::Active),
            "a longer span moves the line"
        );
        counter.watch(Duration::from_millis(50)).unwrap();
        let waiting = std::thread::spawn(move || counter.wait(Duration::from_secs(10)));
        *touched.lock().unwrap() = Instant::now() + Duration::from_secs(1);
        assert_eq!(waiting.join().unwrap(), Ok(Idle::Active));
    }

    #[test]
    fn a_wait_without_a_change_ends_with_its_timeout() {
        let mut counter = Counter::new(Touched(Arc::new(Mutex::new(Instant::now()))));
        counter.watch(Duration::from_secs(3600)).unwrap();
        let started = Instant::now();
        assert_eq!(counter.wait(Duration::from_millis(60)), Ok(Idle::Active));
        assert!(started.elapsed() >= Duration::from_millis(60));
    }
}
