//! Which edges the flock's graph needs.
//!
//! Playback walks from sheep to sheep along edges and must never get stuck, so the living sheep
//! always lie on one ring: each has an edge to the next by birth, the last to the first. A ring is
//! the smallest graph in which every sheep is reached from every other.

use std::collections::BTreeSet;

/// The edges of the ring over `living` (in order of birth) that are not in `existing`, in the
/// order of the ring. A single sheep needs none: its loop leads back to it.
pub fn ring_edges<Sheep: Clone + Ord>(
    living: &[Sheep],
    existing: &BTreeSet<(Sheep, Sheep)>,
) -> Vec<(Sheep, Sheep)> {
    if living.len() < 2 {
        return Vec::new();
    }
    let next = living.iter().cycle().skip(1);
    living
        .iter()
        .cloned()
        .zip(next.cloned())
        .filter(|edge| !existing.contains(edge))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(living: &[u32], existing: &[(u32, u32)], expected: &[(u32, u32)]) {
        let existing = existing.iter().copied().collect();
        assert_eq!(ring_edges(living, &existing), expected);
    }

    #[test]
    fn one_sheep_needs_no_edge() {
        check(&[], &[], &[]);
        check(&[1], &[], &[]);
    }

    #[test]
    fn two_sheep_need_both_ways() {
        check(&[1, 2], &[], &[(1, 2), (2, 1)]);
    }

    #[test]
    fn an_edge_is_planned_once() {
        check(&[1, 2, 3], &[(1, 2), (2, 1)], &[(2, 3), (3, 1)]);
        check(&[1, 2], &[(1, 2), (2, 1)], &[]);
    }

    proptest! {
        #[test]
        fn every_sheep_is_reached_from_every_other(
            living in proptest::collection::btree_set(0_u32..50, 2..20),
            existing in proptest::collection::btree_set((0_u32..50, 0_u32..50), 0..40),
        ) {
            let living: Vec<u32> = living.into_iter().collect();
            let mut edges = existing.clone();
            edges.extend(ring_edges(&living, &existing));
            for start in &living {
                let mut reached = BTreeSet::from([*start]);
                while let Some((_, to)) = edges
                    .iter()
                    .find(|(from, to)| reached.contains(from) && !reached.contains(to))
                {
                    reached.insert(*to);
                }
                prop_assert!(living.iter().all(|sheep| reached.contains(sheep)));
            }
        }
    }
}
