//! How many births are due.
//!
//! A birth must be paid twice: by volunteers who render it, and by voters who say what it is
//! worth. A flock that has more children than it has opinions on them drifts; so there is at most
//! one birth for every six answered ballots. But work never runs dry: when the queue is short, births
//! are pulled forward whatever the voters did.

use crate::ratings::DAY_MS;

/// Answered ballots that pay for one birth.
const ACTS_PER_BIRTH: f64 = 6.0;
/// How far the flock may outgrow its size while nobody may die yet, as a part of it.
const OVERFLOW: f64 = 0.25;

/// What decides the pace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Reference samples that were accepted in the last day.
    pub samples_a_day: f64,
    /// Dealt ballots that were answered in the last day.
    pub acts_a_day: f64,
    /// What a birth costs: its loop and the edges that lead to and from it.
    pub samples_per_birth: f64,
    /// Reference samples that are queued.
    pub samples_queued: f64,
    /// Reference samples that should be ([`crate::planning::samples_wanted`]).
    pub samples_wanted: f64,
    /// Time since the last birth.
    pub since_birth_ms: i64,
    /// Sheep that live or are being rendered.
    pub sheep: u32,
    /// How many there should be.
    pub flock_size: u32,
}

/// How many sheep shall be born now.
#[must_use]
pub fn births_due(pace: &Pace) -> u32 {
    let per_birth = pace.samples_per_birth.max(1.0);
    let by_render = pace.samples_a_day / per_birth;
    let by_votes = pace.acts_a_day / ACTS_PER_BIRTH;
    let days = pace.since_birth_ms.clamp(0, DAY_MS) as f64 / DAY_MS as f64;
    let paid = (by_render.min(by_votes) * days).floor();
    let missing = pace.samples_wanted - pace.samples_queued;
    let pulled_forward = (missing / per_birth).ceil();
    let most = f64::from(pace.flock_size) * (1.0 + OVERFLOW);
    let room = (most.floor() - f64::from(pace.sheep)).max(0.0);
    // What is no number, or below none, becomes 0.
    paid.max(pulled_forward).min(room) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 births a day can be rendered, and 12 are paid by votes; the queue is long enough.
    const CALM: Pace = Pace {
        samples_a_day: 20_000.0,
        acts_a_day: 72.0,
        samples_per_birth: 1_000.0,
        samples_queued: 5_000.0,
        samples_wanted: 4_000.0,
        since_birth_ms: 0,
        sheep: 60,
        flock_size: 60,
    };

    fn check(pace: Pace, expected: u32) {
        assert_eq!(births_due(&pace), expected, "{pace:?}");
    }

    #[test]
    fn births_come_one_by_one_over_the_day() {
        check(CALM, 0);
        let hours = |hours: i64| Pace {
            since_birth_ms: hours * DAY_MS / 24,
            ..CALM
        };
        check(hours(1), 0);
        check(hours(2), 1);
        check(hours(5), 2);
        check(hours(24), 12);
        check(hours(240), 12);
    }

    #[test]
    fn the_fleet_limits_births_as_voters_do() {
        let pace = Pace {
            samples_a_day: 3_000.0,
            since_birth_ms: DAY_MS,
            ..CALM
        };
        check(pace, 3);
    }

    #[test]
    fn a_short_queue_pulls_births_forward_even_without_votes() {
        let dry = Pace {
            acts_a_day: 0.0,
            samples_queued: 500.0,
            ..CALM
        };
        check(dry, 4);
        check(
            Pace {
                samples_queued: 4_000.0,
                ..dry
            },
            0,
        );
    }

    #[test]
    fn a_flock_outgrows_its_size_by_a_quarter_at_most() {
        let dry = Pace {
            samples_queued: -1e9,
            ..CALM
        };
        check(dry, 15);
        check(Pace { sheep: 75, ..dry }, 0);
        check(Pace { sheep: 99, ..dry }, 0);
        check(
            Pace {
                sheep: 0,
                flock_size: 0,
                ..dry
            },
            0,
        );
    }

    #[test]
    fn what_is_no_number_bears_nobody() {
        let odd = Pace {
            samples_a_day: f64::NAN,
            acts_a_day: f64::NAN,
            since_birth_ms: DAY_MS,
            ..CALM
        };
        check(odd, 0);
    }
}
