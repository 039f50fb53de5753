//! Many small grids at once.

use rayon::prelude::*;
use woolgather_coordinator_core::grid::Sums;

use crate::chaos::{self, Failure};

/// What came of many small grids.
#[derive(Debug, Clone, Default)]
pub struct Swept {
    /// Units accepted in all of them.
    pub accepted: u64,
    /// Submissions refused.
    pub refused: u64,
    /// Segments quarantined after they were accepted.
    pub quarantined_segments: u64,
    /// Devices found bad.
    pub found_bad: u64,
    /// Classes quarantined.
    pub classes_quarantined: u64,
    /// Grids in which something was wrong, in order of their seeds.
    pub failures: Vec<Failure>,
}

impl Swept {
    fn with(mut self, outcome: Result<Sums, Failure>) -> Self {
        match outcome {
            Ok(sums) => {
                self.accepted += sums.accepted;
                self.refused += sums.refused;
                self.quarantined_segments += sums.quarantined_segments;
                self.found_bad += sums.found_bad;
                self.classes_quarantined += sums.classes_quarantined;
            }
            Err(failure) => self.failures.push(failure),
        }
        self
    }

    fn and(mut self, other: Self) -> Self {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.quarantined_segments += other.quarantined_segments;
        self.found_bad += other.found_bad;
        self.classes_quarantined += other.classes_quarantined;
        self.failures.extend(other.failures);
        self.failures.sort_by_key(|failure| failure.rng_seed);
        self
    }
}

/// Runs the small grids with these seeds, as many at once as there are cores. `done` is told after
/// each.
pub fn sweep(rng_seeds: std::ops::Range<u64>, done: impl Fn() + Sync) -> Swept {
    rng_seeds
        .into_par_iter()
        .map(|rng_seed| {
            let outcome = chaos::run(rng_seed, &mut |_| {});
            done();
            outcome
        })
        .fold(Swept::default, Swept::with)
        .reduce(Swept::default, Swept::and)
}
