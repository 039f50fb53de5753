//! The flame model: what a genome means, as data.
//!
//! This is the lowest room of the house; it imports none of ours. It is pure: no files, no clock,
//! no threads, no random numbers. What decides pixels here gives the same bits in every build and
//! on every machine (transcendental functions come from `libm`, never from the platform).
//!
//! In reading order:
//!
//! * [`Genome`], [`Xform`], [`Motion`], [`Affine`], [`Palette`] and the choices: the data.
//! * [`Variation`]: the catalogue, one table of what flam3's 99 variations are called and mean, and
//!   what random genomes draw for their parameters ([`Draw`]).
//! * [`limits`]: the legal range of every number, for the parser and for [`Genome::check`].
//! * [`read_flames`], [`parse_flames`], [`print_flames`]: flam3 XML in and out, with [`Remark`]s
//!   on files of other programs.
//! * [`Genome::canonical_bytes`] and [`GenomeId`]: identity.
//! * [`loop_genome`], [`edge_genome`], [`genome_at`], [`sequence`]: movement.
//! * [`palette_library`]: palettes of our own.
//! * [`breed`]: children, from nothing, from one parent or from two.
//! * [`starter_flock`]: sixteen sheep of our own.

mod affine;
mod animate;
mod breed;
mod canonical;
mod catalogue;
mod check;
mod choices;
mod edit;
mod flam3;
mod id;
mod model;
mod palette;
mod palettes;
mod rng;
mod starter;
mod xform;

pub mod limits;

pub use affine::Affine;
pub use animate::{
    Easing, EdgeOptions, KeyframeError, SequenceSettings, edge_genome, edge_genome_with,
    edge_window, genome_at, interpolate, loop_genome, loop_window, sequence,
};
pub use breed::{
    AcceptTest, BoundingBox, BreedError, BreedSettings, Child, CrossMethod, Descriptors, Examine,
    Fault, Gate, Gene, GeneMutation, GeneSpread, Improve, Mixture, MutateMethod, Operation,
    Picture, Refusal, Screening, ScreeningSettings, TurnedAway, Undrawable, breed, breed_for_flock,
    screen,
};
pub use canonical::CanonicalError;
pub use catalogue::{Draw, MAX_PARAMETERS, Parameter, Variation, WeightedVariation};
pub use check::LimitError;
pub use choices::{
    FilterShape, Interpolation, InterpolationType, MotionFunction, PaletteInterpolation,
    PaletteMode, TemporalFilterShape,
};
pub use edit::Edit;
pub use flam3::{
    Flam3Palettes, ParseError, ParseErrorKind, ReadOptions, Reading, Remark, RemarkKind, Template,
    XformPlace, parse_flames, print_flame, print_flames, read_flames, read_template,
};
pub use id::{GenomeId, GenomeIdError};
pub use model::{Estimator, Genome, TemporalFilter};
pub use palette::{PALETTE_ENTRIES, Palette};
pub use palettes::{LibraryPalette, palette_library};
pub use starter::{StarterSheep, starter_flock};
pub use xform::{Motion, Xform};
