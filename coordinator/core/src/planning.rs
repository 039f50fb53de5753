//! Which edges the flock's graph needs.
//!
//! Playback walks from sheep to sheep along edges and must never get stuck, so the living sheep
//! always lie on one ring: each has an edge to the next by birth, the last to the first. A ring is
//! the smallest graph in which every sheep is reached from every other. Who leaves does so when the
//! others' ring is closed without it.
//!
//! Work never runs dry: while less is queued than the fleet renders in two hours, more is planned,
//! edges before births.

use std::collections::BTreeSet;

/// How long the queue shall last at the fleet's speed.
pub const QUEUE_S: f64 = 2.0 * 60.0 * 60.0;

/// Units that are queued for every active device at least, before the fleet's speed is known.
pub const UNITS_PER_DEVICE_MIN: u64 = 4;

/// Samples that must be queued: two hours of what the fleet had *accepted* per second lately (what
/// workers say of their own speed could make the coordinator plan without end), and a few units for
/// every active device.
#[must_use]
pub fn samples_wanted(accepted_per_second: f64, active_devices: u64, unit_samples: u64) -> u64 {
    let by_speed = (accepted_per_second.max(0.0) * QUEUE_S) as u64;
    let by_devices = active_devices
        .saturating_mul(UNITS_PER_DEVICE_MIN)
        .saturating_mul(unit_samples);
    by_speed.max(by_devices)
}

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

/// Whether all who stay, and reached one another over `edges`, still do when `leaving` are gone.
pub fn stay_connected<Sheep: Clone + Ord>(
    edges: &BTreeSet<(Sheep, Sheep)>,
    leaving: &BTreeSet<Sheep>,
) -> bool {
    let stays = |sheep: &Sheep| !leaving.contains(sheep);
    let left: BTreeSet<(Sheep, Sheep)> = edges
        .iter()
        .filter(|(from, to)| stays(from) && stays(to))
        .cloned()
        .collect();
    let starts: BTreeSet<&Sheep> = edges.iter().map(|(from, _)| from).collect();
    starts
        .into_iter()
        .filter(|start| stays(start))
        .all(|start| {
            let after = reached(start, &left);
            let before = reached(start, edges);
            before
                .into_iter()
                .filter(|sheep| stays(sheep))
                .all(|sheep| after.contains(sheep))
        })
}

/// Everybody that a walk from `start` comes to, itself included.
fn reached<'a, Sheep: Ord>(
    start: &'a Sheep,
    edges: &'a BTreeSet<(Sheep, Sheep)>,
) -> BTreeSet<&'a Sheep> {
    let mut reached = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(from) = open.pop() {
        let next = edges.iter().filter(|edge| edge.0 == *from);
        for (_, to) in next {
            if reached.insert(to) {
                open.push(to);
            }
        }
    }
    reached
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

    #[test]
    fn the_queue_lasts_two_hours() {
        assert_eq!(samples_wanted(10.0, 0, 1_000), 72_000);
        assert_eq!(samples_wanted(0.0, 5, 1_000), 20_000);
        assert_eq!(samples_wanted(f64::NAN, 0, 1_000), 0);
    }

    #[test]
    fn nobody_is_cut_off_by_who_leaves() {
        let check = |edges: &[(u32, u32)], leaving: &[u32], expected: bool| {
            let edges = edges.iter().copied().collect();
            let leaving = leaving.iter().copied().collect();
            assert_eq!(stay_connected(&edges, &leaving), expected);
        };
        let ring = [(1, 2), (2, 3), (3, 1)];
        check(&ring, &[2], false);
        check(&[ring.as_slice(), &[(1, 3)]].concat(), &[2], true);
        check(&ring, &[2, 3], true);
        check(&ring, &[], true);
        check(&[], &[2], true);
        // Who was cut off before may stay so.
        check(&[(1, 2), (2, 1), (3, 1)], &[3], true);
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
