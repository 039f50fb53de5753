//! The next birth: of what kind it is, who the parents are, and whether the child may join.

use rand_chacha::rand_core::Rng;
use woolgather_coordinator_core::breeding::{
    Birth, Kind, Niches, Parent, Waiting, bear, births_due, choose_parents, next_entry, next_kind,
    operation_of,
};
use woolgather_genome::{Descriptors, Genome, Operation, TurnedAway};

use super::eye::Eye;
use super::{Evolution, described};
use crate::checks::rendering;
use crate::hands::Hands;
use crate::store::{LivingSheep, NewChild, Nursery, WaitingEntry};

/// The next birth, decided.
#[derive(Debug)]
pub enum NextBirth {
    /// An artist's turn.
    Entry(WaitingEntry),
    /// The flock's own.
    Child(Box<Mating>),
}

/// A child that is to be bred.
#[derive(Debug)]
pub struct Mating {
    /// What kind of birth it is.
    pub kind: Kind,
    /// Its parents, the first one first.
    pub parents: Vec<LivingSheep>,
    operation: Operation,
    rng_seed: u64,
    living: Vec<Descriptors>,
}

/// How many births are due now: as many as the pace allows, and the operator.
#[must_use]
pub fn due(nursery: &Nursery, evolution: &Evolution) -> u32 {
    if !evolution.breeds(nursery) {
        return 0;
    }
    let left = evolution.births_a_day.saturating_sub(nursery.recent.all);
    births_due(&evolution.pace(nursery)).min(left)
}

/// Decides the next birth; what is left to chance comes from `rng`.
pub fn decide(nursery: &Nursery, rng: &mut impl Rng) -> NextBirth {
    let waiting: Vec<Waiting> = nursery.queue.iter().map(|entry| entry.waiting).collect();
    let mut kind = next_kind(nursery.recent, !waiting.is_empty(), rng);
    if kind == Kind::Artist
        && let Some(place) = next_entry(&waiting)
    {
        return NextBirth::Entry(nursery.queue[place].clone());
    }
    let flock = described(nursery);
    let living: Vec<Descriptors> = flock.iter().map(|(_, looks)| *looks).collect();
    let population: Vec<Genome> = flock
        .iter()
        .map(|(sheep, _)| sheep.genome.clone())
        .collect();
    let candidates: Vec<Parent> = flock.iter().map(|(sheep, _)| parent(sheep)).collect();
    let niches = Niches::of(&living);
    loop {
        let children = nursery.living_children;
        let chosen = choose_parents(&candidates, &niches, children, kind.parents(), rng);
        let (Some(chosen), Some(operation)) = (chosen, operation_of(kind, &population)) else {
            kind = simpler(kind);
            continue;
        };
        let parents = chosen.into_iter().map(|place| flock[place].0.clone());
        return NextBirth::Child(Box::new(Mating {
            kind,
            parents: parents.collect(),
            operation,
            rng_seed: rng.next_u64(),
            living,
        }));
    }
}

fn parent(sheep: &LivingSheep) -> Parent {
    Parent {
        belief: sheep.belief,
        children: sheep.children,
    }
}

/// The kind for which fewer parents will do.
fn simpler(kind: Kind) -> Kind {
    match kind {
        Kind::Artist | Kind::Crossing => Kind::Mutation,
        Kind::Mutation | Kind::Random => Kind::Random,
    }
}

impl Mating {
    /// Breeds the child and puts it before the gate, five times at most.
    ///
    /// # Errors
    ///
    /// Without a child, [`TurnedAway`] says why the last one stayed out. The outer error is the
    /// program's end.
    pub async fn bear(self, hands: &Hands) -> anyhow::Result<Result<NewChild, TurnedAway>> {
        let Self {
            parents,
            operation,
            rng_seed,
            living,
            ..
        } = self;
        let genomes: Vec<Genome> = parents.iter().map(|sheep| sheep.genome.clone()).collect();
        let born = rendering::apart(hands, move |control| {
            Eye { control }.calm(|eye| bear(&operation, &genomes, rng_seed, &living, eye))
        })
        .await?;
        Ok(born.map(|birth| new_child(birth, &parents)))
    }
}

fn new_child(birth: Birth, parents: &[LivingSheep]) -> NewChild {
    NewChild {
        genome: birth.genome,
        action: birth.action,
        record: birth.record,
        parents: parents.iter().map(|sheep| sheep.id.clone()).collect(),
        ratings: parents.iter().map(|sheep| sheep.belief.mean).collect(),
        descriptors: birth.screening.descriptors,
    }
}
