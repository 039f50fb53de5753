//! Flocks made up to be decided about.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use woolgather_coordinator_core::breeding::{Kind, RecentBirths, Waiting};
use woolgather_coordinator_core::ratings::Belief;
use woolgather_genome::{Descriptors, starter_flock};
use woolgather_protocol::{EntryId, SheepId};

use super::births::{self, NextBirth};
use super::{Evolution, deaths};
use crate::store::{LivingSheep, Nursery, WaitingEntry};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const EVOLUTION: Evolution = Evolution {
    flock_size: 8,
    births_a_day: 4,
    edges: true,
};

fn sheep(number: u8, mean: f64) -> LivingSheep {
    LivingSheep {
        id: SheepId::from_random([number; 10]),
        title: format!("Sheep {number}"),
        genome: starter_flock()[usize::from(number)].genome(),
        belief: Belief {
            mean,
            variance: 0.1,
        },
        descriptors: Some(Descriptors {
            hue: [0.0; 2],
            colorfulness: 0.0,
            luminance: f64::from(number),
            coverage: 0.0,
            dimension: 0.0,
            symmetry: 0.0,
            motion: 0.0,
        }),
        children: 0,
        acts: 20,
        age_ms: DAY_MS,
        settled: true,
        leaving: false,
    }
}

/// Eight living sheep, as much work as is wanted, and votes and volunteers for two births a day.
fn nursery() -> Nursery {
    Nursery {
        living: (0..8).map(|number| sheep(number, 0.0)).collect(),
        rendering: 0,
        living_children: 20,
        queue: Vec::new(),
        recent: RecentBirths::default(),
        since_birth_ms: DAY_MS,
        newest: 8,
        acts_a_day: 12,
        heritability: 0.6,
        samples_a_day: 6.0,
        samples_queued: 10.0,
        samples_wanted: 10.0,
        loop_samples: 1.0,
        edge_samples: 1.0,
        edges: BTreeSet::new(),
    }
}

fn waiting(number: u8, since_ms: i64) -> WaitingEntry {
    WaitingEntry {
        id: EntryId::from_random([number; 10]),
        title: "offered".into(),
        waiting: Waiting {
            since_ms,
            artist_served_ms: None,
        },
    }
}

#[test]
fn births_are_as_many_as_voters_volunteers_and_the_operator_allow() {
    let check = |change: &dyn Fn(&mut Nursery), expected: u32| {
        let mut nursery = nursery();
        change(&mut nursery);
        assert_eq!(births::due(&nursery, &EVOLUTION), expected);
    };
    check(&|_| {}, 2);
    check(&|nursery| nursery.acts_a_day = 6, 1);
    check(&|nursery| nursery.samples_a_day = 3.0, 1);
    check(&|nursery| nursery.recent.all = 3, 1);
    check(&|nursery| nursery.recent.all = 4, 0);
    // Work runs dry: three births cost nine samples.
    check(
        &|nursery| (nursery.acts_a_day, nursery.samples_queued) = (0, 3.0),
        2,
    );
    check(&|nursery| nursery.rendering = 1, 1);
}

#[test]
fn a_flock_that_is_small_unvoted_or_told_not_to_does_not_breed() {
    let mut small = nursery();
    small.living.truncate(2);
    assert!(!EVOLUTION.breeds(&small));
    let mut unvoted = nursery();
    unvoted.living.iter_mut().for_each(|sheep| sheep.acts = 1);
    assert!(!EVOLUTION.breeds(&unvoted));
    let off = Evolution {
        births_a_day: 0,
        ..EVOLUTION
    };
    assert_eq!(births::due(&nursery(), &off), 0);
    let mut crowded = nursery();
    crowded.living[3].belief.mean = -9.0;
    let small = Evolution {
        flock_size: 7,
        ..EVOLUTION
    };
    assert_eq!(deaths::next(&crowded, &small).len(), 1);
    let off = Evolution {
        births_a_day: 0,
        ..small
    };
    assert!(deaths::next(&crowded, &off).is_empty());
}

#[test]
fn kinds_and_parents_come_as_the_rules_say() {
    let mut flock = nursery();
    flock.living[5].belief.mean = 4.0;
    let rng = &mut ChaCha8Rng::from_seed([1; 32]);
    let (mut kinds, mut best) = (BTreeMap::new(), 0);
    for _ in 0..200 {
        let NextBirth::Child(mating) = births::decide(&flock, rng) else {
            panic!("no artist waits");
        };
        assert_eq!(mating.parents.len(), mating.kind.parents());
        best += u32::from(
            mating
                .parents
                .iter()
                .any(|one| one.id == flock.living[5].id),
        );
        *kinds.entry(mating.kind).or_insert(0) += 1;
    }
    assert!(kinds[&Kind::Crossing] > kinds[&Kind::Mutation], "{kinds:?}");
    assert!(kinds[&Kind::Mutation] > kinds[&Kind::Random], "{kinds:?}");
    assert!(best > 150, "{best}");
}

#[test]
fn artists_come_first_with_a_quarter_of_the_births() {
    let mut flock = nursery();
    flock.queue = vec![waiting(1, 5), waiting(2, 3)];
    let rng = &mut ChaCha8Rng::from_seed([1; 32]);
    let NextBirth::Entry(entry) = births::decide(&flock, rng) else {
        panic!("an artist waits");
    };
    assert_eq!(entry, flock.queue[1]);
    flock.recent = RecentBirths { all: 3, artists: 1 };
    let next = births::decide(&flock, rng);
    assert!(matches!(next, NextBirth::Child(_)));
}

#[test]
fn who_may_not_be_a_parent_again_leaves_it_to_simpler_births() {
    let mut flock = nursery();
    flock.living.iter_mut().for_each(|sheep| sheep.children = 9);
    let rng = &mut ChaCha8Rng::from_seed([1; 32]);
    for _ in 0..20 {
        let NextBirth::Child(mating) = births::decide(&flock, rng) else {
            panic!("no artist waits");
        };
        assert_eq!(mating.kind, Kind::Random);
    }
}

#[test]
fn who_is_being_rendered_or_cannot_be_drawn_does_not_retire() {
    let mut flock = nursery();
    for (sheep, mean) in flock.living.iter_mut().zip([-3.0, -2.0, -1.0]) {
        sheep.belief.mean = mean;
    }
    let small = Evolution {
        flock_size: 7,
        ..EVOLUTION
    };
    let goes = |flock: &Nursery| deaths::names(&deaths::next(flock, &small));
    assert_eq!(goes(&flock), BTreeSet::from([flock.living[0].id.clone()]));
    flock.living[0].settled = false;
    assert_eq!(goes(&flock), BTreeSet::from([flock.living[1].id.clone()]));
    flock.living[1].descriptors = None;
    assert!(goes(&flock).is_empty(), "seven can be drawn");
}
