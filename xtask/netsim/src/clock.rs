//! The simulation's clock: the runtime's paused one, counted from a day long before any file of ours
//! was written, so that simulated times are told from the machine's.

use tokio::time::Instant;
use woolgather_coordinator::clock::Clock;

/// When a simulation begins, ms since 1970 UTC: in September 2001.
pub const START_MS: i64 = 1_000_000_000_000;

/// Simulated time.
#[derive(Debug, Clone, Copy)]
pub struct SimulatedClock {
    began: Instant,
}

impl SimulatedClock {
    /// A clock that begins now. Must be made, and asked, inside the simulation's runtime.
    #[must_use]
    pub fn begin() -> Self {
        Self {
            began: Instant::now(),
        }
    }

    /// Milliseconds since the beginning.
    #[must_use]
    pub fn elapsed_ms(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

impl Clock for SimulatedClock {
    fn now_ms(&self) -> i64 {
        START_MS + self.elapsed_ms()
    }
}
