//! A driver that draws wrong pictures everywhere is at fault itself, not the people who use it.
//!
//! # The rule
//!
//! By the day (of the coordinator's clock), for every class of devices: how many *owners* (pairs
//! of account and network, with keys that had twenty units accepted, whatever they drew them with)
//! had frames audited, and how many of them had a submission refused by the
//! referee. Owners are counted and not frames, so that one liar is one however much he hands in. If
//! the class were like the others, each owner would be among the refused with probability p, the
//! share among all other classes (Laplace's estimate, and at least 5 %). The class is quarantined
//! when as many refused owners, or more, have a probability below [`ALARM`] by the binomial
//! distribution.
//!
//! # Its false alarms
//!
//! Within a day the counts only grow and the rule is asked when one more owner is refused, so at
//! most n times for n owners. By the union bound a class in order is quarantined with probability
//! at most n · 10⁻⁹ on a day: with 100 classes of 1,000 owners once in 10,000 days. The smallest class
//! that can be quarantined has seven owners, all refused (0.05⁷ = 8·10⁻¹⁰); in a smaller one every
//! device is judged alone.

use woolgather_protocol::limits::DEVICE_NAME_CHARS_MAX;
use woolgather_protocol::work::DeviceKind;

/// Probability below which a class's refusals are no chance.
pub const ALARM: f64 = 1e-9;

/// The least share of refused owners that is expected of any class.
pub const EXPECTED_SHARE_MIN: f64 = 0.05;

/// How long counts are collected, and how long a quarantine lasts the first time.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The longest quarantine: 16 days.
pub const QUARANTINE_MS_MAX: i64 = 16 * DAY_MS;

/// Right frames in a row that end a trial. None wrong among 90 says that less than a twentieth are,
/// at 99 % confidence: 0.95⁹⁰ = 0.0099.
pub const TRIAL_FRAMES: u32 = 90;

/// Owners whose frames a trial needs.
pub const TRIAL_OWNERS: u32 = 3;

/// A kind of device with its driver, as volunteers' machines name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DriverClass {
    kind: &'static str,
    driver: String,
}

impl DriverClass {
    /// The class of a device that says it is called so. Processors draw the same bits whatever they
    /// are, so they are one class. Cards with the same name and driver are one, written
    /// as they may be.
    #[must_use]
    pub fn of(kind: DeviceKind, name: &str) -> Self {
        let driver = match kind {
            DeviceKind::Cpu => String::new(),
            DeviceKind::Gpu => name
                .split_whitespace()
                .map(str::to_lowercase)
                .collect::<Vec<_>>()
                .join(" ")
                .chars()
                .take(DEVICE_NAME_CHARS_MAX)
                .collect(),
        };
        Self {
            kind: kind.as_str(),
            driver,
        }
    }

    /// The class of cards whose names are not told apart.
    #[must_use]
    pub fn others() -> Self {
        Self::of(DeviceKind::Gpu, "")
    }

    /// Whether it draws with a card.
    #[must_use]
    pub fn is_card(&self) -> bool {
        self.kind == DeviceKind::Gpu.as_str()
    }
}

impl std::fmt::Display for DriverClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind, self.driver)
    }
}

/// Owners of a class on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClassCounts {
    /// Whose frames were audited.
    pub audited: u64,
    /// Of whom a submission was refused by the referee.
    pub refused: u64,
}

/// Whether a class fails as a class; `others` are all other classes together.
#[must_use]
pub fn fails_as_a_class(class: ClassCounts, others: ClassCounts) -> bool {
    let share = (others.refused as f64 + 1.0) / (others.audited as f64 + 2.0);
    // Without others there is nothing to compare with but what is expected at least.
    let share = if others.audited == 0 { 0.0 } else { share };
    let expected = share.max(EXPECTED_SHARE_MIN);
    class.refused as f64 > expected * class.audited as f64
        && binomial_tail(class.refused, class.audited, expected) < ALARM
}

/// Probability of at least `least` successes among `trials` with probability `p` each.
fn binomial_tail(least: u64, trials: u64, p: f64) -> f64 {
    if p >= 1.0 {
        return 1.0;
    }
    let log_factorial = |n: u64| libm::lgamma(n as f64 + 1.0);
    (least..=trials)
        .map(|hits| {
            let misses = trials - hits;
            let ways = log_factorial(trials) - log_factorial(hits) - log_factorial(misses);
            libm::exp(ways + hits as f64 * libm::log(p) + misses as f64 * libm::log1p(-p))
        })
        .sum()
}

/// Where a class stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClassStanding {
    /// Its devices are judged each for itself.
    #[default]
    Open,
    /// Its devices get no work.
    Quarantined {
        /// Since when.
        since_ms: i64,
        /// How often it was, this time included.
        times: u32,
    },
    /// Its devices get work again, and more of it is audited.
    OnTrial {
        /// How often it was quarantined before.
        times: u32,
        /// Right frames in a row since.
        right: u32,
    },
}

impl ClassStanding {
    /// It failed as a class.
    #[must_use]
    pub fn quarantined(self, now_ms: i64) -> Self {
        let times = match self {
            Self::Open => 0,
            Self::Quarantined { .. } => return self,
            Self::OnTrial { times, .. } => times,
        };
        Self::Quarantined {
            since_ms: now_ms,
            times: times + 1,
        }
    }

    /// Where it stands now: a quarantine ends with a trial after a day, after two days the second
    /// time, and so on up to [`QUARANTINE_MS_MAX`].
    #[must_use]
    pub fn at(self, now_ms: i64) -> Self {
        let Self::Quarantined { times, .. } = self else {
            return self;
        };
        if self.work_from_ms().is_some_and(|from_ms| now_ms < from_ms) {
            return self;
        }
        Self::OnTrial { times, right: 0 }
    }

    /// When a quarantine ends; `None` where there is none.
    #[must_use]
    pub fn work_from_ms(self) -> Option<i64> {
        let Self::Quarantined { since_ms, times } = self else {
            return None;
        };
        let term_ms = (DAY_MS << times.saturating_sub(1).min(5)).min(QUARANTINE_MS_MAX);
        Some(since_ms.saturating_add(term_ms))
    }

    /// A frame of the class was right; `owners` had frames audited in this trial.
    #[must_use]
    pub fn frame_was_right(self, owners: u32) -> Self {
        match self {
            Self::OnTrial { right, .. } if right + 1 >= TRIAL_FRAMES && owners >= TRIAL_OWNERS => {
                Self::Open
            }
            Self::OnTrial { times, right } => Self::OnTrial {
                times,
                right: right + 1,
            },
            other => other,
        }
    }

    /// The referee found a frame of the class wrong: a trial begins anew.
    #[must_use]
    pub fn frame_was_wrong(self) -> Self {
        match self {
            Self::OnTrial { times, .. } => Self::OnTrial { times, right: 0 },
            other => other,
        }
    }

    /// Its devices may have work.
    #[must_use]
    pub fn may_work(self) -> bool {
        !matches!(self, Self::Quarantined { .. })
    }

    /// More of its work is audited.
    #[must_use]
    pub fn is_on_trial(self) -> bool {
        matches!(self, Self::OnTrial { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::unit;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn counts(audited: u64, refused: u64) -> ClassCounts {
        ClassCounts { audited, refused }
    }

    #[test]
    fn the_tail_is_the_binomial_distributions() {
        // 1 − 0.5³ and 3·0.25·0.75² … by hand.
        assert!((binomial_tail(1, 3, 0.5) - 0.875).abs() < 1e-12);
        assert!((binomial_tail(3, 3, 0.25) - 0.015_625).abs() < 1e-12);
        assert!((binomial_tail(0, 9, 0.3) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn seven_owners_of_seven_are_a_class_and_one_liar_is_not() {
        let others = counts(200, 4);
        assert!(fails_as_a_class(counts(7, 7), others));
        assert!(!fails_as_a_class(counts(6, 6), others));
        assert!(!fails_as_a_class(counts(40, 1), others));
        assert!(fails_as_a_class(counts(40, 20), others));
    }

    #[test]
    fn in_a_fleet_of_liars_a_class_of_liars_is_like_the_others() {
        assert!(!fails_as_a_class(counts(40, 18), counts(400, 180)));
        assert!(!fails_as_a_class(counts(40, 28), counts(400, 180)));
    }

    #[test]
    fn a_class_without_others_is_held_to_the_least_share() {
        assert!(fails_as_a_class(counts(30, 20), counts(0, 0)));
        assert!(!fails_as_a_class(counts(30, 3), counts(0, 0)));
    }

    #[test]
    fn classes_in_order_are_left_alone() {
        // 2,000 days of a class of 60 owners, 5 % of whom are refused on a day.
        let rng = &mut ChaCha20Rng::from_seed([4; 32]);
        for _ in 0..2_000 {
            let refused = (0..60).filter(|_| unit(rng) < 0.05).count() as u64;
            assert!(!fails_as_a_class(counts(60, refused), counts(500, 25)));
        }
    }

    #[test]
    fn a_quarantine_ends_with_a_trial_and_the_trial_with_ninety_right_frames() {
        let class = ClassStanding::Open.quarantined(0);
        assert!(!class.at(DAY_MS - 1).may_work());
        let mut class = class.at(DAY_MS);
        assert!(class.may_work() && class.is_on_trial());
        for _ in 0..80 {
            class = class.frame_was_right(3);
        }
        class = class.frame_was_wrong();
        for _ in 0..TRIAL_FRAMES {
            assert!(class.is_on_trial());
            class = class.frame_was_right(3);
        }
        assert_eq!(class, ClassStanding::Open);
    }

    #[test]
    fn a_trial_needs_frames_of_three_owners_and_a_second_quarantine_lasts_longer() {
        let mut class = ClassStanding::Open.quarantined(0).at(DAY_MS);
        for _ in 0..10 * TRIAL_FRAMES {
            class = class.frame_was_right(2);
        }
        assert!(class.is_on_trial());
        let again = class.quarantined(0);
        assert!(!again.at(2 * DAY_MS - 1).may_work());
        assert!(again.at(2 * DAY_MS).may_work());
    }

    #[test]
    fn a_class_is_its_kind_and_its_drivers_name() {
        let card = |name| DriverClass::of(DeviceKind::Gpu, name);
        assert_eq!(card("NVIDIA  RTX 4090 "), card("nvidia rtx 4090"));
        assert_ne!(card("a 1.0"), card("a 1.1"));
        let cpu = |name| DriverClass::of(DeviceKind::Cpu, name);
        assert_eq!(cpu("x86_64 processor"), cpu("aarch64 processor"));
        assert!(card("x").is_card() && !cpu("x").is_card());
    }
}
