//! Who makes room, and who is remembered.
//!
//! Nobody goes before it had its chance: twelve acts, or two days. Then the one goes of which
//! least is to be hoped, a crowded one sooner. Who goes is retired, not deleted.

use super::Niches;
use crate::ratings::{Belief, DAY_MS};

/// Acts after which a sheep may go.
const ACTS_MIN: u64 = 12;
/// Age at which it may go without them.
const AGE_MIN_MS: i64 = 2 * DAY_MS;
/// How much a crowd costs: a quarter of its logarithm.
const CROWD: f64 = 0.25;

/// A living sheep, as one that may go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mortal {
    /// What is believed of it, drift included.
    pub belief: Belief,
    /// Answered ballots that it was on.
    pub acts: u64,
    /// Time since it went live.
    pub age_ms: i64,
}

impl Mortal {
    /// It had its chance.
    #[must_use]
    pub fn may_go(&self) -> bool {
        self.acts >= ACTS_MIN || self.age_ms >= AGE_MIN_MS
    }
}

/// Who goes, so that `flock_size` stay: their places, in the order in which they go. Fewer, when not
/// so many had their chance. `niches` go by the places of `flock`.
#[must_use]
pub fn deaths(flock: &[Mortal], niches: &Niches, flock_size: usize) -> Vec<usize> {
    assert_eq!(flock.len(), niches.len(), "niches of another flock");
    let mut stays = vec![true; flock.len()];
    let mut gone = Vec::new();
    while flock.len() - gone.len() > flock_size {
        let worth = |place: &usize| {
            let belief = flock[*place].belief;
            let crowding = niches.crowding_among(*place, |other| stays[other]);
            belief.mean + belief.variance.sqrt() - CROWD * libm::log(crowding)
        };
        let worst = (0..flock.len())
            .filter(|place| stays[*place] && flock[*place].may_go())
            .map(|place| (worth(&place), place))
            .min_by(|one, other| one.0.total_cmp(&other.0));
        let Some((_, place)) = worst else { break };
        stays[place] = false;
        gone.push(place);
    }
    gone
}

/// What a sheep has shown for certain: μ − 2s.
#[must_use]
pub fn fame(belief: Belief) -> f64 {
    belief.mean - 2.0 * belief.variance.sqrt()
}

/// The places of the `count` most famous, living or not, the most famous first.
#[must_use]
pub fn hall_of_fame(beliefs: &[Belief], count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..beliefs.len()).collect();
    places.sort_by(|one, other| fame(beliefs[*other]).total_cmp(&fame(beliefs[*one])));
    places.truncate(count);
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn belief(mean: f64, deviation: f64) -> Belief {
        Belief {
            mean,
            variance: deviation * deviation,
        }
    }

    fn old(mean: f64) -> Mortal {
        Mortal {
            belief: belief(mean, 0.3),
            acts: 12,
            age_ms: 0,
        }
    }

    fn apart(count: usize) -> Niches {
        Niches::new(count, |_, _| 1.0)
    }

    #[test]
    fn the_least_promising_goes_first_and_no_more_than_must() {
        let flock = [old(0.5), old(-1.0), old(0.0)];
        assert_eq!(deaths(&flock, &apart(3), 2), [1]);
        assert_eq!(deaths(&flock, &apart(3), 1), [1, 2]);
        assert!(deaths(&flock, &apart(3), 3).is_empty());
        assert!(deaths(&flock, &apart(3), 9).is_empty());
    }

    #[test]
    fn nobody_goes_before_its_chance() {
        let mut flock = [old(0.5), old(-1.0), old(0.0)];
        flock[1].acts = 11;
        flock[2].acts = 0;
        assert_eq!(deaths(&flock, &apart(3), 1), [0]);
        flock[2].age_ms = AGE_MIN_MS;
        assert_eq!(deaths(&flock, &apart(3), 1), [2, 0]);
    }

    #[test]
    fn who_is_unknown_is_hoped_for() {
        let mut flock = [old(0.0), old(0.0)];
        flock[0].belief = belief(0.0, 1.2);
        assert_eq!(deaths(&flock, &apart(2), 1), [1]);
    }

    #[test]
    fn of_a_crowd_one_goes_and_then_the_crowd_is_smaller() {
        // Three alike, a little better than the lonely one; ln 3 / 4 = 0.27, ln 2 / 4 = 0.17.
        let niches = Niches::new(6, |a, b| if a < 3 && b < 3 { 0.0 } else { 1.0 });
        let flock = [old(0.2), old(0.21), old(0.22), old(0.0), old(9.0), old(9.0)];
        assert_eq!(deaths(&flock, &niches, 3), [0, 3, 1]);
    }

    #[test]
    fn fame_is_what_is_certain() {
        let beliefs = [belief(2.0, 1.0), belief(1.5, 0.2), belief(-1.0, 0.1)];
        assert_eq!(hall_of_fame(&beliefs, 2), [1, 0]);
        assert_eq!(hall_of_fame(&beliefs, 9).len(), 3);
    }

    proptest! {
        #[test]
        fn who_goes_had_its_chance_and_goes_once(
            flock in proptest::collection::vec((-3.0..3.0, 0_u64..30, 0_i64..4), 1..30),
            size in 0_usize..30,
        ) {
            let flock: Vec<Mortal> = flock
                .into_iter()
                .map(|(mean, acts, days)| Mortal {
                    belief: belief(mean, 0.5),
                    acts,
                    age_ms: days * DAY_MS,
                })
                .collect();
            let mut gone = deaths(&flock, &apart(flock.len()), size);
            prop_assert!(gone.iter().all(|place| flock[*place].may_go()));
            let mortal = flock.iter().filter(|sheep| sheep.may_go()).count();
            prop_assert_eq!(gone.len(), flock.len().saturating_sub(size).min(mortal));
            gone.sort_unstable();
            gone.dedup();
            prop_assert_eq!(gone.len(), flock.len().saturating_sub(size).min(mortal));
        }
    }
}
