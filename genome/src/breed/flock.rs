//! Children for a flock: bred, screened, and unlike those that live there already.

use super::{
    BreedError, BreedSettings, Child, Descriptors, Examine, Fault, Operation, Screening,
    ScreeningSettings, Undrawable, breed, screen,
};
use crate::Genome;
use crate::rng::Rng;

/// What a flock asks of a child.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gate<'a> {
    /// What it asks of every sheep.
    pub screening: ScreeningSettings,
    /// What its living sheep look like.
    pub living: &'a [Descriptors],
    /// Least [`Descriptors::distance`] to any of them.
    pub distance_min: f64,
    /// How many children are bred before the flock goes without.
    pub tries: u32,
}

impl<'a> Gate<'a> {
    /// The usual gate of a flock whose living sheep look like `living`.
    #[must_use]
    pub fn new(living: &'a [Descriptors]) -> Self {
        Self {
            screening: ScreeningSettings::default(),
            living,
            distance_min: 0.1,
            tries: 5,
        }
    }
}

/// Why a child stayed out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TurnedAway {
    /// Nothing good enough was bred.
    #[error(transparent)]
    Unbred(#[from] BreedError),
    /// The screening found a fault.
    #[error(transparent)]
    Faulty(#[from] Fault),
    /// It looks too much like a living sheep.
    #[error("it is {distance:.3} from living sheep {living}")]
    TooClose {
        /// That sheep's place in [`Gate::living`].
        living: usize,
        /// Their distance.
        distance: f64,
    },
    /// It could not be drawn.
    #[error(transparent)]
    Undrawable(#[from] Undrawable),
}

/// Breeds until a child passes the gate.
///
/// Each try has an `rng_seed` of its own, drawn from the given one; [`Child::rng_seed`] is the one
/// of the child that passed, so [`breed`] makes it again without knowing the flock.
///
/// # Errors
///
/// Why the last child stayed out. With [`BreedError`]s that blame the operation or the parents,
/// after the first try; otherwise another `rng_seed` may do.
pub fn breed_for_flock(
    operation: &Operation,
    parents: &[Genome],
    rng_seed: u64,
    examine: &dyn Examine,
    settings: &BreedSettings,
    gate: &Gate<'_>,
) -> Result<(Child, Screening), TurnedAway> {
    let root = Rng::new(rng_seed);
    let mut attempt = 0;
    loop {
        let rng_seed = root.split(attempt).word();
        attempt += 1;
        let tried = breed(operation, parents, rng_seed, examine, settings)
            .map_err(TurnedAway::from)
            .and_then(|child| {
                let screening = pass(&child.genome, examine, rng_seed, gate)?;
                Ok((child, screening))
            });
        match tried {
            Ok(born) => return Ok(born),
            Err(TurnedAway::Unbred(error)) if !matches!(error, BreedError::Refused { .. }) => {
                return Err(error.into());
            }
            Err(last) if attempt >= u64::from(gate.tries) => return Err(last),
            Err(_) => {}
        }
    }
}

fn pass(
    genome: &Genome,
    examine: &dyn Examine,
    rng_seed: u64,
    gate: &Gate<'_>,
) -> Result<Screening, TurnedAway> {
    let screening = screen(genome, examine, rng_seed, &gate.screening)?;
    if let Some(fault) = screening.fault {
        return Err(fault.into());
    }
    let distances = gate
        .living
        .iter()
        .map(|living| living.distance(&screening.descriptors));
    let nearest = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
    match nearest {
        Some((living, distance)) if distance < gate.distance_min => {
            Err(TurnedAway::TooClose { living, distance })
        }
        _ => Ok(screening),
    }
}
