//! What survives a restart of the agent: the pause.
//!
//! A pause with an end counts by the steady clock while the agent runs, which starts anew with the
//! machine. So the file holds what was left and when that was written, and the wall clock only says how
//! much of it has passed in between: a clock that ran backwards takes nothing off and adds nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::memory::Pause;

/// The contents of the agent's small state file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// What the person asked for.
    pub pause: SavedPause,
}

/// A pause as it is kept on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SavedPause {
    /// None.
    #[default]
    No,
    /// Until they say otherwise.
    UntilResumed,
    /// With an end.
    For {
        /// Seconds that were left.
        left_s: u64,
        /// When that was, in seconds since 1970.
        written_unix_s: i64,
    },
}

/// The state file holds something else.
#[derive(Debug, thiserror::Error)]
#[error("the agent's state file cannot be read: {0}")]
pub struct StateError(#[from] serde_json::Error);

impl State {
    /// What is to be kept of a pause at the time `unix_s`.
    #[must_use]
    pub fn of(pause: Pause, unix_s: i64) -> Self {
        let pause = match pause {
            Pause::No => SavedPause::No,
            Pause::UntilResumed => SavedPause::UntilResumed,
            Pause::For(left) => SavedPause::For {
                left_s: left
                    .as_millis()
                    .div_ceil(1000)
                    .try_into()
                    .unwrap_or(u64::MAX),
                written_unix_s: unix_s,
            },
        };
        Self { pause }
    }

    /// The pause that is left at the time `unix_s`.
    #[must_use]
    pub fn pause(self, unix_s: i64) -> Pause {
        match self.pause {
            SavedPause::No => Pause::No,
            SavedPause::UntilResumed => Pause::UntilResumed,
            SavedPause::For {
                left_s,
                written_unix_s,
            } => {
                let passed = unix_s.saturating_sub(written_unix_s);
                match left_s.saturating_sub(passed.try_into().unwrap_or(0)) {
                    0 => Pause::No,
                    left_s => Pause::For(Duration::from_secs(left_s)),
                }
            }
        }
    }

    /// The file's text: one line of JSON.
    #[must_use]
    pub fn to_json(self) -> String {
        // Unwrap safety: three plain variants of numbers; serialising them cannot fail.
        serde_json::to_string(&self).expect("a state is plain data") + "\n"
    }

    /// Reads the file's text.
    ///
    /// # Errors
    ///
    /// [`StateError`] when it is no state. Say so, and go on with [`State::default`]: nothing is
    /// paused, and the person can pause again.
    pub fn from_json(text: &str) -> Result<Self, StateError> {
        Ok(serde_json::from_str(text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Pause = Pause::For(Duration::from_secs(3600));

    #[track_caller]
    fn check(pause: Pause, away_s: i64, expected: Pause) {
        let written = State::of(pause, 1_000_000).to_json();
        let read = State::from_json(&written).unwrap();
        assert_eq!(read.pause(1_000_000 + away_s), expected);
    }

    #[test]
    fn time_passes_on_a_pause_while_the_agent_is_away() {
        check(HOUR, 600, Pause::For(Duration::from_secs(3000)));
        check(HOUR, 3600, Pause::No);
        check(HOUR, i64::MAX - 1_000_000, Pause::No);
    }

    #[test]
    fn a_clock_that_ran_backwards_takes_nothing_off_and_adds_nothing() {
        check(HOUR, -86_400, HOUR);
    }

    #[test]
    fn a_pause_without_an_end_has_none() {
        check(
            Pause::UntilResumed,
            i64::MAX - 1_000_000,
            Pause::UntilResumed,
        );
        check(Pause::No, 5, Pause::No);
    }

    #[test]
    fn what_is_no_state_is_refused_with_a_sentence() {
        let error = State::from_json("{\"pause\":\"perhaps\"}").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the agent's state file cannot be read: ")
        );
    }
}
