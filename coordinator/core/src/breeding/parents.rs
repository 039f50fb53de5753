//! Who becomes a parent.
//!
//! Every sheep draws from what is believed of it (W. Thompson, 1933) and is chosen in proportion to
//! exp(1.2 · its draw), divided by how crowded its niche is: the unsure get their chance, and a
//! crowd has one place between its members.

use rand_chacha::rand_core::Rng;

use super::Niches;
use crate::random::{normal, weighted};
use crate::ratings::Belief;

/// How strongly parents are chosen by quality.
const SELECTION: f64 = 1.2;
/// The greatest share of living children that one parent may have.
const CHILDREN_SHARE_MAX: f64 = 0.2;

/// A living sheep, as a parent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parent {
    /// What is believed of it, drift included.
    pub belief: Belief,
    /// Its living children.
    pub children: u32,
}

/// Draws `count` different parents, the first first; `None` when there are not so many that may have
/// another child. `living_children` is how many of the flock were bred; `niches` go by the places of
/// `flock`.
pub fn choose_parents(
    flock: &[Parent],
    niches: &Niches,
    living_children: u32,
    count: usize,
    rng: &mut impl Rng,
) -> Option<Vec<usize>> {
    assert_eq!(flock.len(), niches.len(), "niches of another flock");
    let mut eligible: Vec<usize> = (0..flock.len())
        .filter(|place| may_have_another(flock[*place].children, living_children))
        .collect();
    let mut parents = Vec::with_capacity(count);
    for _ in 0..count {
        let weights: Vec<f64> = eligible
            .iter()
            .map(|place| weight(flock[*place].belief, niches.crowding(*place), rng))
            .collect();
        parents.push(eligible.remove(weighted(rng, &weights)?));
    }
    Some(parents)
}

/// Whether a parent of `children` living children may have another one: it has then at most a
/// fifth of all, or it is its only one.
#[must_use]
pub fn may_have_another(children: u32, living_children: u32) -> bool {
    let most = CHILDREN_SHARE_MAX * (f64::from(living_children) + 1.0);
    f64::from(children) + 1.0 <= most.max(1.0)
}

fn weight(belief: Belief, crowding: f64, rng: &mut impl Rng) -> f64 {
    let draw = belief.mean + belief.variance.sqrt() * normal(rng);
    libm::exp(SELECTION * draw) / crowding
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn sure(mean: f64) -> Parent {
        Parent {
            belief: Belief {
                mean,
                variance: 1e-12,
            },
            children: 0,
        }
    }

    /// How often each is the first parent of two, as a share.
    fn shares(flock: &[Parent], niches: &Niches) -> Vec<f64> {
        let rng = &mut ChaCha8Rng::from_seed([3; 32]);
        let mut counts = vec![0.0; flock.len()];
        for _ in 0..20_000 {
            let parents = choose_parents(flock, niches, 10, 2, rng).unwrap();
            assert_ne!(parents[0], parents[1]);
            counts[parents[0]] += 1.0 / 20_000.0;
        }
        counts
    }

    /// Everybody far from everybody.
    fn apart(count: usize) -> Niches {
        Niches::new(count, |_, _| 1.0)
    }

    #[test]
    fn the_better_one_is_chosen_in_proportion_to_the_exponential() {
        let shares = shares(&[sure(0.0), sure(1.0)], &apart(2));
        let odds = libm::exp(1.2);
        assert!((shares[1] - odds / (1.0 + odds)).abs() < 0.02, "{shares:?}");
    }

    #[test]
    fn a_crowd_shares_one_place() {
        // The first three are one and the same, the others apart: distances 0 × 3, 1 × 12; S = 0.6.
        let niches = Niches::new(6, |a, b| if a < 3 && b < 3 { 0.0 } else { 1.0 });
        let shares = shares(&[sure(0.0); 6], &niches);
        let crowd: f64 = shares[..3].iter().sum();
        assert!((crowd - 0.25).abs() < 0.02, "{shares:?}");
    }

    #[test]
    fn who_is_little_known_is_chosen_more_often_than_who_is_known_to_be_as_good() {
        // Among twenty who are known, the mean of exp(1.2 · 1.2 · z) is 2.8 times as likely, less what
        // it takes from itself; a sure one would have 1 / 21 = 0.048.
        let mut flock = [sure(0.0); 21];
        flock[7].belief = Belief::NEW_SHEEP;
        let shares = shares(&flock, &apart(21));
        assert!((0.08..0.14).contains(&shares[7]), "{shares:?}");
    }

    #[test]
    fn a_parent_has_at_most_a_fifth_of_all_children() {
        assert!(may_have_another(0, 0));
        assert!(!may_have_another(1, 0));
        assert!(!may_have_another(1, 8));
        assert!(may_have_another(1, 9));
        assert!(may_have_another(11, 59) && !may_have_another(12, 59));
        let rng = &mut ChaCha8Rng::from_seed([3; 32]);
        let mut flock = [sure(5.0), sure(0.0), sure(0.0)];
        flock[0].children = 2;
        let parents = choose_parents(&flock, &apart(3), 10, 2, rng).unwrap();
        assert!(!parents.contains(&0));
        assert_eq!(choose_parents(&flock, &apart(3), 10, 3, rng), None);
        assert_eq!(choose_parents(&[], &apart(0), 0, 1, rng), None);
    }

    proptest! {
        #[test]
        fn in_whatever_order_births_and_deaths_come_nobody_new_has_more_than_a_fifth(
            births in proptest::collection::vec((0_usize..8, 0_usize..8), 10..120),
        ) {
            let mut children = [0_u32; 8];
            for (count, (mother, father)) in (0_u32..).zip(births) {
                if mother == father { continue; }
                let all: u32 = count;
                if [mother, father].iter().all(|p| may_have_another(children[*p], all)) {
                    children[mother] += 1;
                    children[father] += 1;
                    for parent in [mother, father] {
                        let share = f64::from(children[parent]) / f64::from(all + 1);
                        prop_assert!(share <= 0.2 || children[parent] == 1);
                    }
                }
            }
        }
    }
}
