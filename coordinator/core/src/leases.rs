//! Who gets which work, how much of it, and for how long.
//!
//! # Order
//!
//! Audits come first (somebody waits for a receipt to become a picture), then the first segments
//! of loops (they carry the poster), then the oldest clip. When nothing is ready, a slow unit
//! among the last twentieth of a clip is leased a second time.

use std::time::Duration;

use woolgather_protocol::Recipe;
use woolgather_protocol::limits::LEASES_MAX;
use woolgather_protocol::work::{ClipKind, LeaseRequest};

/// The longest term of a lease.
pub const TERM_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// A device that asked for work or handed some in this long ago still counts as active.
pub const ACTIVE_MS: i64 = 2 * 60 * 1000;

/// A term is this many times the worker's usual slow render.
const TERM_FACTOR: u32 = 6;

/// Reference samples of `frames` frames by this recipe: the cost of rendering them.
#[must_use]
pub fn samples_of(recipe: &Recipe, frames: u32) -> u64 {
    let samples = recipe.pixels() as f64 * recipe.quality * f64::from(frames);
    // Saturates; a checked recipe stays far below.
    samples.ceil() as u64
}

/// Where a unit stands in the queue: units of rank 0 go before all units of rank 1. Within a
/// rank older clips come first, and within a clip its segments in order.
#[must_use]
pub fn rank(kind: ClipKind, segment: u32) -> u8 {
    match (kind, segment) {
        (ClipKind::Loop, 0) => 0,
        _ => 1,
    }
}

/// How much of the work a worker asked for it has by now.
///
/// The first unit always fits, so that a slow worker gets work too; an unmeasured one gets one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Batch {
    samples_wanted: f64,
    samples: u64,
    units: u32,
    units_max: u32,
}

impl Batch {
    /// An empty batch for this request.
    #[must_use]
    pub fn new(request: &LeaseRequest) -> Self {
        let samples_wanted = f64::from(request.seconds_wanted) * request.samples_per_second;
        Self {
            // `max` also turns a NaN into 0.
            samples_wanted: samples_wanted.max(0.0),
            samples: 0,
            units: 0,
            units_max: request.units_max.min(LEASES_MAX),
        }
    }

    /// How many units may still be added at most.
    #[must_use]
    pub fn room(&self) -> u32 {
        self.units_max.saturating_sub(self.units)
    }

    /// Nothing was added yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.units == 0
    }

    /// Adds a unit of so many samples if it fits, and says whether it did.
    pub fn add(&mut self, samples: u64) -> bool {
        let fits =
            self.is_empty() || (self.samples.saturating_add(samples)) as f64 <= self.samples_wanted;
        if self.room() == 0 || !fits {
            return false;
        }
        self.hold(samples);
        true
    }

    /// Counts a unit the worker holds already, whether it fits or not.
    pub fn hold(&mut self, samples: u64) {
        self.samples = self.samples.saturating_add(samples);
        self.units += 1;
    }

    /// Samples counted so far.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }
}

/// The 95th percentile of render times, nearest rank; `None` when there are none.
#[must_use]
pub fn p95_ms(render_ms: &[u64]) -> Option<u64> {
    let mut sorted = render_ms.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * 95).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

/// What a worker's usual slow render takes: measured, or estimated from its speed.
#[must_use]
pub fn usual_render(
    p95_ms: Option<u64>,
    samples: u64,
    samples_per_second: f64,
) -> Option<Duration> {
    if let Some(p95_ms) = p95_ms {
        return Some(Duration::from_millis(p95_ms));
    }
    let seconds = samples as f64 / samples_per_second;
    Duration::try_from_secs_f64(seconds).ok()
}

/// How long a lease lasts: six times the worker's usual slow render, and the time for the
/// `units_before` it in the same batch, but at least `term_min` and at most [`TERM_MAX`].
#[must_use]
pub fn term(usual: Option<Duration>, units_before: u32, term_min: Duration) -> Duration {
    let usual = usual.unwrap_or(Duration::ZERO);
    let waiting = usual.saturating_mul(units_before);
    let own = usual.saturating_mul(TERM_FACTOR).max(term_min);
    own.saturating_add(waiting).min(TERM_MAX)
}

/// How many of a clip's unfinished segments count as its end: a twentieth, at least one.
#[must_use]
pub fn end_of_clip(segments: u32) -> u32 {
    segments.div_ceil(20).max(1)
}

/// Whether a lease is slow enough to lease its unit a second time: a third of its term has
/// passed, which is twice what the worker usually needs. (Leasing the end of a clip twice at once
/// would have two idle workers render every last segment, mostly for nothing.)
#[must_use]
pub fn is_slow(leased_at_ms: i64, expires_at_ms: i64, now_ms: i64) -> bool {
    let term_ms = expires_at_ms.saturating_sub(leased_at_ms);
    now_ms.saturating_sub(leased_at_ms) >= term_ms / 3
}

/// Whether a device may try a unit again that it failed on: only while it is alone.
#[must_use]
pub fn may_retry_failed(other_active_devices: u64) -> bool {
    other_active_devices == 0
}

/// The longest that a worker is told to wait, in seconds: a minute. So long waits whoever gets no
/// work for a reason of its own (paused, found bad, a quarantined driver).
pub const RETRY_MAX_S: u32 = 60;

/// When a worker that got nothing should ask again. Two seconds in a small group, so that
/// a new clip is taken up at once; longer with the fleet, so that idle workers together ask about
/// fifty times a second at most, up to a minute.
#[must_use]
pub fn retry_after_s(active_devices: u64) -> u32 {
    u32::try_from(active_devices / 50)
        .unwrap_or(u32::MAX)
        .clamp(2, RETRY_MAX_S)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request(seconds_wanted: u32, samples_per_second: f64, units_max: u32) -> LeaseRequest {
        LeaseRequest {
            seconds_wanted,
            samples_per_second,
            units_max,
            devices: Vec::new(),
        }
    }

    fn taken(request: &LeaseRequest, samples: u64) -> u32 {
        let mut batch = Batch::new(request);
        let mut units = 0;
        while batch.add(samples) {
            units += 1;
        }
        units
    }

    #[test]
    fn a_worker_gets_as_much_as_it_can_do() {
        assert_eq!(taken(&request(60, 100.0, 64), 1_000), 6);
        assert_eq!(taken(&request(60, 100.0, 4), 1_000), 4);
        assert_eq!(taken(&request(60, 1e12, 1_000), 1_000), LEASES_MAX);
    }

    #[test]
    fn a_slow_or_unmeasured_worker_gets_one_unit() {
        assert_eq!(taken(&request(60, 0.0, 64), 1_000), 1);
        assert_eq!(taken(&request(60, f64::NAN, 64), 1_000), 1);
        assert_eq!(taken(&request(60, -5.0, 64), 1_000), 1);
        assert_eq!(taken(&request(1, 1.0, 64), 1_000), 1);
    }

    #[test]
    fn whoever_wants_nothing_gets_nothing() {
        assert_eq!(taken(&request(60, 1e9, 0), 1_000), 0);
    }

    #[test]
    fn held_units_count() {
        let mut batch = Batch::new(&request(60, 100.0, 64));
        batch.hold(5_500);
        assert!(!batch.add(1_000));
        assert!(batch.add(500));
        assert_eq!(batch.samples(), 6_000);
    }

    #[test]
    fn the_ninety_fifth_percentile_is_the_nearest_rank() {
        assert_eq!(p95_ms(&[]), None);
        assert_eq!(p95_ms(&[7]), Some(7));
        let times: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(p95_ms(&times), Some(95));
        assert_eq!(p95_ms(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000]), Some(1_000));
    }

    #[test]
    fn a_term_is_six_renders_within_bounds() {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        assert_eq!(term(None, 0, minutes(5)), minutes(5));
        assert_eq!(term(Some(minutes(2)), 0, minutes(5)), minutes(12));
        assert_eq!(term(Some(minutes(2)), 3, minutes(5)), minutes(18));
        assert_eq!(term(Some(minutes(1_000)), 9, minutes(5)), TERM_MAX);
    }

    #[test]
    fn an_unmeasured_worker_is_given_the_time_its_speed_promises() {
        let second = Duration::from_secs(1);
        assert_eq!(usual_render(Some(1_000), 5, 1.0), Some(second));
        assert_eq!(usual_render(None, 500, 500.0), Some(second));
        assert_eq!(usual_render(None, 500, 0.0), None);
        assert_eq!(usual_render(None, 500, -1.0), None);
    }

    #[test]
    fn a_lease_is_slow_after_a_third_of_its_term() {
        assert!(!is_slow(0, 300, 99));
        assert!(is_slow(0, 300, 100));
    }

    #[test]
    fn the_end_of_a_clip_is_a_twentieth_of_it() {
        assert_eq!([1, 4, 20, 21, 100].map(end_of_clip), [1, 1, 1, 2, 5]);
    }

    #[test]
    fn posters_come_before_everything_else() {
        assert!(rank(ClipKind::Loop, 0) < rank(ClipKind::Loop, 1));
        assert_eq!(rank(ClipKind::Edge, 0), rank(ClipKind::Loop, 3));
    }

    #[test]
    fn idle_workers_ask_less_often_in_a_large_fleet() {
        assert_eq!([0, 2, 500, 1_000_000].map(retry_after_s), [2, 2, 10, 60]);
    }

    #[test]
    fn a_units_cost_is_pixels_times_quality_times_frames() {
        assert_eq!(samples_of(&Recipe::small(), 8), 320 * 180 * 60 * 8);
    }

    proptest! {
        #[test]
        fn no_request_gets_more_than_it_asked_for(
            seconds_wanted: u32, samples_per_second: f64, units_max: u32, samples in 1_u64..u64::MAX,
        ) {
            let request = request(seconds_wanted, samples_per_second, units_max);
            let units = taken(&request, samples);
            prop_assert!(units <= units_max.min(LEASES_MAX));
        }

        #[test]
        fn a_term_is_never_shorter_than_the_shortest_nor_longer_than_a_day(
            usual_ms: Option<u64>, before in 0_u32..64, min_s in 1_u64..3_600,
        ) {
            let min = Duration::from_secs(min_s);
            let term = term(usual_ms.map(Duration::from_millis), before, min);
            prop_assert!(min <= term && term <= TERM_MAX);
        }
    }
}
