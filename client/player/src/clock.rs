//! The moment at which something is drawn: by the steady clock, and by the one on the wall.

use std::time::{Duration, Instant};

/// A moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) at: Instant,
    /// How long after the last midnight here; `None` where nobody wants to see it.
    pub(crate) time_of_day: Option<Duration>,
}

impl Now {
    /// The moment `at`, which is now; with the time of day where it is `shown`.
    pub(crate) fn read(at: Instant, shown: bool) -> Self {
        let time_of_day = shown.then(|| {
            let time = jiff::Zoned::now().time();
            time.duration_since(jiff::civil::Time::midnight())
                .unsigned_abs()
        });
        Self { at, time_of_day }
    }
}
