//! The worker's measured speed, which the coordinator is told with every request.

use std::time::Duration;

/// Samples per second over the work so far; newer work counts more.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Speed {
    samples_per_second: f64,
}

/// How much the newest measurement counts.
const NEWEST: f64 = 0.3;

impl Speed {
    /// Takes a measurement: so many samples took this long.
    pub(crate) fn measured(&mut self, samples: u64, time: Duration) {
        let seconds = time.as_secs_f64();
        if seconds <= 0.0 {
            return;
        }
        let newest = samples as f64 / seconds;
        self.samples_per_second = if self.samples_per_second == 0.0 {
            newest
        } else {
            self.samples_per_second + NEWEST * (newest - self.samples_per_second)
        };
    }

    /// 0 before the first measurement.
    pub(crate) fn samples_per_second(self) -> f64 {
        self.samples_per_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_measurement_stands_and_later_ones_pull() {
        let mut speed = Speed::default();
        speed.measured(1000, Duration::ZERO);
        assert_eq!(speed.samples_per_second(), 0.0);
        speed.measured(1000, Duration::from_secs(1));
        assert_eq!(speed.samples_per_second(), 1000.0);
        speed.measured(2000, Duration::from_secs(1));
        assert!((speed.samples_per_second() - 1300.0).abs() < 1e-6);
    }
}
