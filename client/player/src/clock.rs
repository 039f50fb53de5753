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
            let whole = [
                time.hour().into(),
                time.minute().into(),
                time.second().into(),
            ];
            let secs = whole
                .into_iter()
                .fold(0_u64, |sum, part: i64| 60 * sum + part.unsigned_abs());
            let nanos = time.subsec_nanosecond().unsigned_abs();
            Duration::from_secs(secs) + Duration::from_nanos(nanos.into())
        });
        Self { at, time_of_day }
    }
}
