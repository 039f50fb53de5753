//! Breeding from beginning to end: make, reframe, tidy, colour, look, and try again.
//!
//! ```text
//! (operation, rng_seed, parents) -> operate -> reframe -> tidy -> improve colours -> accept -> [Child]
//!                                      ^------------------- next try -----------------'
//! ```
//!
//! Every try has random streams of its own, one per step, so that a step that draws more or less
//! does not change the others.

use super::accept::{self, Refusal};
use super::mutate::Mutation;
use super::settings::BreedSettings;
use super::{Examine, Operation, colors, cross, genes, mutate, random, reframe, symmetry, tidy};
use crate::limits::{self, Range};
use crate::rng::Rng;
use crate::{Genome, GenomeId, LimitError};

/// How likely a child of parents is framed anew; a random one always is.
const REFRAMED: f64 = 0.5;
/// Legal speeds of a mutation.
const SPEED: Range = Range::new(0.0, 100.0);

/// A new genome, and everything needed to breed it again.
#[derive(Clone, Debug, PartialEq)]
pub struct Child {
    /// The genome, without a name.
    pub genome: Genome,
    /// What was done, for people.
    pub action: String,
    /// What was asked for.
    pub operation: Operation,
    /// What it was drawn with.
    pub rng_seed: u64,
    /// The parents, in the order in which they were given.
    pub parents: Vec<GenomeId>,
}

/// Why there is no child.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BreedError {
    /// The operation takes another number of parents; give it that many.
    #[error("{wanted} parents are needed, not {given}")]
    Parents {
        /// How many it takes.
        wanted: usize,
        /// How many were given.
        given: usize,
    },
    /// A parent is not legal; mend it.
    #[error("parent {index}: {error}")]
    Parent {
        /// Which one, from 0.
        index: usize,
        /// What is wrong.
        error: LimitError,
    },
    /// A number of the operation is out of its range; choose another.
    #[error("{what} is {value}; legal: {legal}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// What it is.
        value: f64,
        /// What it may be.
        legal: Range,
    },
    /// The child would have more xforms than a genome may have; another method or parent may do.
    #[error("the child would have more than {} xforms", limits::XFORMS_MAX)]
    TooManyXforms,
    /// The parent has one xform only, and that cannot be deleted.
    #[error("the only xform cannot be deleted")]
    NothingToDelete,
    /// No try was good enough; another `rng_seed` may do.
    #[error("none of {tries} children was good enough; the last one: {last}")]
    Refused {
        /// How many were made.
        tries: u32,
        /// What was wrong with the last one.
        last: Refusal,
    },
}

/// Breeds a child.
///
/// The same operation, `rng_seed`, parents and settings give the same child, bit for bit, if
/// `examine` answers the same. Each of `settings.tries` tries asks it for two or three pictures and
/// once for the bounds; a clone asks it nothing.
///
/// # Errors
///
/// A [`BreedError`]; its variants say what may help.
pub fn breed(
    operation: &Operation,
    parents: &[Genome],
    rng_seed: u64,
    examine: &dyn Examine,
    settings: &BreedSettings,
) -> Result<Child, BreedError> {
    check(operation, parents)?;
    let (genome, action) = if *operation == Operation::Clone {
        (parents[0].clone(), "clone".to_owned())
    } else {
        try_often(operation, parents, rng_seed, examine, settings)?
    };
    Ok(Child {
        genome,
        action,
        operation: operation.clone(),
        rng_seed,
        parents: parents.iter().map(Genome::id).collect(),
    })
}

fn check(operation: &Operation, parents: &[Genome]) -> Result<(), BreedError> {
    let (wanted, given) = (operation.parents(), parents.len());
    if wanted != given {
        return Err(BreedError::Parents { wanted, given });
    }
    for (index, parent) in parents.iter().enumerate() {
        parent
            .check()
            .map_err(|error| BreedError::Parent { index, error })?;
    }
    let within = |what, value: f64, legal: Range| {
        if legal.contains(value) {
            Ok(())
        } else {
            Err(BreedError::OutOfRange { what, value, legal })
        }
    };
    let legal_kind = |kind: Option<i32>| {
        let kind = f64::from(kind.unwrap_or(0));
        within("symmetry", kind, limits::SYMMETRY_KIND)
    };
    let legal_genes = |genes: &super::GeneMutation| {
        within("share", genes.share, limits::SHARE)?;
        within("sigma", genes.sigma, SPEED)
    };
    match operation {
        Operation::Random { symmetry } => {
            legal_kind(*symmetry)?;
            // The largest random genome has six xforms of its own.
            let added = symmetry::xforms_of(symmetry.unwrap_or(0));
            if added + random::XFORMS_DRAWN_MAX > limits::XFORMS_MAX {
                return Err(BreedError::TooManyXforms);
            }
            Ok(())
        }
        Operation::Mutate {
            speed, symmetry, ..
        } => {
            within("speed", *speed, SPEED)?;
            legal_kind(*symmetry)
        }
        Operation::Cross { genes, .. } => genes.as_ref().map_or(Ok(()), legal_genes),
        Operation::Genes(genes) => legal_genes(genes),
        Operation::Clone => Ok(()),
    }
}

fn try_often(
    operation: &Operation,
    parents: &[Genome],
    rng_seed: u64,
    examine: &dyn Examine,
    settings: &BreedSettings,
) -> Result<(Genome, String), BreedError> {
    let root = Rng::new(rng_seed);
    let tries = settings.tries.max(1);
    let mut attempt = 0;
    loop {
        let streams = root.split(u64::from(attempt));
        let (genome, action) = operate(operation, parents, &mut streams.split(0), settings)?;
        attempt += 1;
        match finish(operation, genome, action, &streams, examine, settings) {
            Ok(finished) => return Ok(finished),
            Err(last) if attempt >= tries => return Err(BreedError::Refused { tries, last }),
            Err(_) => {}
        }
    }
}

/// Makes the child's numbers.
fn operate(
    operation: &Operation,
    parents: &[Genome],
    rng: &mut Rng,
    settings: &BreedSettings,
) -> Result<(Genome, String), BreedError> {
    match operation {
        Operation::Random { symmetry } => Ok(random::genome(rng, *symmetry, settings)),
        Operation::Mutate {
            method,
            speed,
            symmetry,
        } => {
            let mutation = Mutation {
                method: *method,
                speed: *speed,
                symmetry: *symmetry,
            };
            let mut child = parents[0].clone();
            let action = mutate::mutate(&mut child, rng, &mutation, settings)?;
            Ok((child, action))
        }
        Operation::Cross { method, genes } => {
            let (mut child, mut action) = cross::cross(&parents[0], &parents[1], rng, *method)?;
            if let Some(mutation) = genes {
                let moved = genes::mutate(&mut child, rng, mutation);
                action = format!("{action}, {moved}");
            }
            Ok((child, action))
        }
        Operation::Genes(mutation) => {
            let mut child = parents[0].clone();
            let action = genes::mutate(&mut child, rng, mutation);
            Ok((child, action))
        }
        Operation::Clone => Ok((parents[0].clone(), String::new())),
    }
}

/// Frames, tidies and colours a child, and looks whether it is good enough.
fn finish(
    operation: &Operation,
    mut genome: Genome,
    mut action: String,
    streams: &Rng,
    examine: &dyn Examine,
    settings: &BreedSettings,
) -> Result<(Genome, String), Refusal> {
    let mut rng = streams.split(1);
    let loss = tidy::tidy(&mut genome);
    if loss != tidy::Loss::default() {
        action = format!("{action}, {loss}");
    }
    genome.check()?;
    let reframed = match operation {
        Operation::Random { .. } => true,
        // Moving a few genes a little keeps the picture where it is.
        Operation::Genes(_) => false,
        _ => rng.chance(REFRAMED),
    };
    if reframed {
        let how = reframe::reframe(&mut genome, &mut rng, examine)?;
        action = format!("{action}, {how}");
    }
    let mut rng = streams.split(2);
    let recolors = !matches!(operation, Operation::Genes(_));
    if recolors && rng.chance(settings.improve.probability) {
        colors::improve(&mut rng, &mut genome, examine, settings)?;
    }
    genome.check()?;
    let rng_seed = streams.split(3).word();
    accept::test(&genome, examine, rng_seed, &settings.accept)?;
    Ok((genome, action))
}
