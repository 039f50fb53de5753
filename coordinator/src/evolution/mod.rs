//! The flock renews itself: what `coordinator-core`'s rules say, said of the store's rows.
//!
//! ```text
//! votes -> ratings ─┐
//! pictures -> niches ┴─> [births]: kind, parents -> operation -> gate -> a sheep, its loop planned
//!                    └─> [deaths]: who leaves -> edges around it -> retired
//! ```
//!
//! The job `Breed` ([`crate::jobs`]) carries it out, [`forecast`] only says what it would do.

pub mod births;
pub mod deaths;
pub(crate) mod eye;
pub mod forecast;

use woolgather_coordinator_core::breeding::Pace;
use woolgather_genome::{Descriptors, Undrawable};
use woolgather_protocol::SheepId;

use crate::checks::rendering;
use crate::hands::Hands;
use crate::store::{LivingSheep, Nursery, StoreError};
use eye::Eye;

/// A flock with fewer living sheep does not breed: two parents and somebody else.
pub const BREEDING_FLOCK_MIN: u32 = 3;
/// Nor does one on whose living sheep fewer ballots were answered.
const BREEDING_ACTS_MIN: u64 = 12;

/// What an operator decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evolution {
    /// Living sheep at most, once those beyond had their chance.
    pub flock_size: u32,
    /// Births in a day at most; with 0 nothing is bred and nobody retires.
    pub births_a_day: u32,
    /// Whether edges are planned, so that births cost those too.
    pub edges: bool,
}

impl Evolution {
    /// Whether a flock breeds at all: it is told to, it is large enough, and voters have said
    /// something.
    #[must_use]
    pub fn breeds(&self, nursery: &Nursery) -> bool {
        let acts: u64 = nursery.living.iter().map(|sheep| sheep.acts).sum();
        self.births_a_day > 0
            && nursery.living.len() >= BREEDING_FLOCK_MIN as usize
            && acts >= BREEDING_ACTS_MIN
    }

    /// What decides how many births are due.
    #[must_use]
    pub fn pace(&self, nursery: &Nursery) -> Pace {
        let edges = if self.edges { 2.0 } else { 0.0 };
        let living = u32::try_from(nursery.living.len()).unwrap_or(u32::MAX);
        Pace {
            samples_a_day: nursery.samples_a_day,
            acts_a_day: nursery.acts_a_day as f64,
            samples_per_birth: nursery.loop_samples + edges * nursery.edge_samples,
            samples_queued: nursery.samples_queued,
            samples_wanted: nursery.samples_wanted,
            since_birth_ms: nursery.since_birth_ms,
            sheep: living.saturating_add(nursery.rendering),
            flock_size: self.flock_size,
        }
    }
}

/// The living sheep whose looks are known, with them. One that cannot be drawn any more is neither bred
/// from nor retired.
#[must_use]
pub fn described(nursery: &Nursery) -> Vec<(&LivingSheep, Descriptors)> {
    let living = nursery.living.iter();
    living
        .filter_map(|sheep| Some((sheep, sheep.descriptors?)))
        .collect()
}

/// Looks at the living sheep that nobody has looked at: draws each in small, hands what it looks like
/// to `keep`, and remembers it in `nursery`. Returns those that cannot be drawn, and why.
///
/// # Errors
///
/// When `keep` fails, or the program ends.
pub async fn describe<R>(
    hands: &Hands,
    nursery: &mut Nursery,
    keep: impl Fn(SheepId, Descriptors) -> R,
) -> anyhow::Result<Vec<(SheepId, Undrawable)>>
where
    R: Future<Output = Result<(), StoreError>>,
{
    let mut undrawable = Vec::new();
    let unknown = nursery.living.iter_mut();
    for sheep in unknown.filter(|sheep| sheep.descriptors.is_none()) {
        let genome = sheep.genome.clone();
        let found = rendering::apart(hands, move |control| {
            Eye { control }.calm(|eye| Descriptors::of_genome(&genome, eye, 0))
        })
        .await?;
        match found {
            Ok(descriptors) => {
                keep(sheep.id.clone(), descriptors).await?;
                sheep.descriptors = Some(descriptors);
            }
            Err(error) => undrawable.push((sheep.id.clone(), error)),
        }
    }
    Ok(undrawable)
}

#[cfg(test)]
mod tests;
