//! Breeding: new genomes from nothing, from one parent, or from two.
//!
//! Children are made by flam3's rules ([`MutateMethod`], [`CrossMethod`], random genomes) or by the
//! flock's own mutation ([`GeneMutation`]), framed, tidied, and looked at: [`breed`] tries until a
//! child is worth showing. A child is decided by its operation, `rng_seed`, parents and settings,
//! so it can be bred again bit for bit.
//!
//! What a flame looks like only a renderer knows, and this crate has none. It is asked through
//! [`Examine`].
//!
//! # Source
//!
//! Methods, probabilities and ranges are those of flam3-genome 3.1.

mod accept;
mod colors;
mod cross;
mod descriptors;
mod examine;
mod flock;
mod gene_names;
mod genes;
mod mutate;
mod operation;
mod picture;
mod random;
mod reframe;
mod run;
mod screening;
mod settings;
mod symmetry;
mod tidy;
mod view;

pub use accept::Refusal;
pub use descriptors::Descriptors;
pub use examine::{BoundingBox, Examine, Undrawable};
pub use flock::{Gate, TurnedAway, breed_for_flock};
pub use gene_names::UnknownGene;
pub use genes::{Gene, GeneMutation, GeneSpread};
pub use operation::{CrossMethod, MutateMethod, Operation};
pub use picture::Picture;
pub use run::{BreedError, Child, breed};
pub use screening::{Fault, Screening, ScreeningSettings, screen};
pub use settings::{AcceptTest, BreedSettings, Improve, Mixture};
