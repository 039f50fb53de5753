//! Times of many requests, and what they say.

use std::time::Duration;

/// How long each of many requests took.
#[derive(Debug, Default)]
pub(crate) struct Times {
    micros: Vec<u32>,
}

impl Times {
    /// One more.
    pub(crate) fn push(&mut self, time: Duration) {
        let micros = u32::try_from(time.as_micros()).unwrap_or(u32::MAX);
        self.micros.push(micros);
    }

    /// Those of another as well.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.micros.append(&mut other.micros);
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.micros.len()
    }

    /// The time that this share of them did not exceed, nearest rank.
    pub(crate) fn percentile(&mut self, share: f64) -> Duration {
        self.micros.sort_unstable();
        let rank = (self.micros.len() as f64 * share).ceil() as usize;
        let micros = self.micros.get(rank.saturating_sub(1)).copied();
        Duration::from_micros(u64::from(micros.unwrap_or(0)))
    }
}

/// A duration in milliseconds, for a table.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The longest a coordinator may take until it serves again.
pub(crate) const READY_WANTED: Duration = Duration::from_secs(2);

/// Prints the slowest start as a line of a table, and whether it was quick enough.
pub(crate) fn print_slowest_start(what: &str, slowest: Duration) {
    println!(
        "{what:<52} {:>10.0} (wanted {:.0}: {})",
        ms(slowest),
        ms(READY_WANTED),
        if slowest <= READY_WANTED {
            "kept"
        } else {
            "missed"
        },
    );
}

/// The next of a row of numbers (SplitMix64).
pub(crate) fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_nearest_rank() {
        let mut times = Times::default();
        assert_eq!(times.percentile(0.5), Duration::ZERO);
        for micros in (1..=100).rev() {
            times.push(Duration::from_micros(micros));
        }
        assert_eq!(times.percentile(0.5), Duration::from_micros(50));
        assert_eq!(times.percentile(0.99), Duration::from_micros(99));
        assert_eq!(times.percentile(1.0), Duration::from_micros(100));
    }
}
