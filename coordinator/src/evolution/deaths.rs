//! Who makes room.

use std::collections::BTreeSet;

use woolgather_coordinator_core::breeding::{Mortal, Niches, deaths};
use woolgather_genome::Descriptors;
use woolgather_protocol::SheepId;

use super::{Evolution, described};
use crate::store::{LivingSheep, Nursery};

/// The living sheep that are to go so that the flock has its size, the least promising first. One
/// whose clips are being rendered stays: volunteers are at it.
#[must_use]
pub fn next<'a>(nursery: &'a Nursery, evolution: &Evolution) -> Vec<&'a LivingSheep> {
    if evolution.births_a_day == 0 {
        return Vec::new();
    }
    let flock = described(nursery);
    let living: Vec<Descriptors> = flock.iter().map(|(_, looks)| *looks).collect();
    let mortals: Vec<Mortal> = flock.iter().map(|(sheep, _)| mortal(sheep)).collect();
    // Those who cannot be drawn any more take no place.
    let gone = deaths(
        &mortals,
        &Niches::of(&living),
        evolution.flock_size as usize,
    );
    let gone = gone.into_iter().map(|place| flock[place].0);
    gone.collect()
}

/// Their names.
#[must_use]
pub fn names(leaving: &[&LivingSheep]) -> BTreeSet<SheepId> {
    leaving.iter().map(|sheep| sheep.id.clone()).collect()
}

fn mortal(sheep: &LivingSheep) -> Mortal {
    let (acts, age_ms) = if sheep.settled || sheep.leaving {
        (sheep.acts, sheep.age_ms)
    } else {
        (0, 0)
    };
    Mortal {
        belief: sheep.belief,
        acts,
        age_ms,
    }
}
