//! The flame model: what a genome means, as data.
//!
//! This is the lowest room of the house; it imports none of ours. It is pure: no files, no clock,
//! no threads, and random numbers only as a function of an `rng_seed`. What decides pixels here
//! gives the same bits in every build and on every machine (transcendental functions come from
//! `libm`, never from the platform).
//!
//! # What a flame is
//!
//! A flame is the picture of an *iterated function system*: a handful of maps of the plane, the
//! [xforms](Xform), of which one after the other is drawn by chance and applied to a point. Where
//! the point goes in millions of steps (the *chaos game*, M. Barnsley, *Fractals Everywhere*) is
//! the picture. Three ideas make a flame of it (S. Draves and E. Reckase, *The Fractal Flame
//! Algorithm*, 2003):
//!
//! 1. **The maps are not linear.** An xform is an affine map, a weighted sum of *variations*, and a
//!    second affine map:
//!
//!    ```text
//!    (x, y) = coefs (p)                     x' = a x + b y + c,  y' = d x + e y + f
//!    q      = sum over the variations of V_i (x, y)
//!    p'     = post (q)
//!    ```
//!
//!    [`Variation`] has the formulas of all 99.
//! 2. **Colour is structural.** A point carries a coordinate into a [`Palette`] of 256 colours and
//!    moves it towards that of each xform it goes through: `c' = speed * color + (1 - speed) * c`.
//!    Points with the same recent history have the same colour.
//! 3. **Brightness is logarithmic.** The renderer counts hits and shows the logarithm of the count,
//!    which is `woolgather-render-kernel`'s business.
//!
//! An xform is chosen with a probability in proportion to its [weight](Xform::weight). With *xaos* the
//! weights also depend on the xform that was chosen last ([`Xform::chaos`]). The *final xform*
//! ([`Genome::final_xform`]) is a lens: it moves what is plotted and leaves the orbit alone.
//! [Opacity](Xform::opacity) hides what an xform plots, by `opacity^(log2 10)`, and leaves the orbit
//! alone too. The camera shows `size / (scale * 2^zoom)` world units around [`Genome::center`], y
//! growing downwards.
//!
//! # How a flame moves
//!
//! A *sheep* is a genome that goes round in a loop: the 2×2 part of every xform with
//! [`Xform::animate`] is turned by 360° ([`loop_genome`]), so the last frame leads into the first. On an
//! *edge* two genomes turn together while one becomes the other ([`edge_genome`]): missing xforms are
//! padded with ones that act like the identity, affine columns are blended as angle and logarithm
//! of their length, palettes around the circle of hues. [`Motion`] adds waves to any number.
//! [`genome_at`] goes through key genomes at any times, straight or along Catmull-Rom curves.
//!
//! # In reading order
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
//! * [`breed`]: children, from nothing, from one parent or from two; [`screen`] turns away what no
//!   flock wants.
//! * [`starter_flock`]: sixteen sheep of our own.
//!
//! # A first flame
//!
//! ```
//! use woolgather_genome::{loop_genome, parse_flames, print_flame};
//!
//! let xml = r#"<flame name="three" size="640 480" scale="240" quality="50">
//!     <xform weight="1" color="0" linear="1" coefs="0.5 0 0 0.5 0 -0.5"/>
//!     <xform weight="1" color="0.5" linear="1" coefs="0.5 0 0 0.5 -0.5 0.4"/>
//!     <xform weight="1" color="1" spherical="0.3" coefs="0.5 0 0 0.5 0.5 0.4"/>
//!     <color index="0" rgb="255 180 60"/>
//!     <color index="255" rgb="60 90 255"/>
//! </flame>"#;
//! let genome = &parse_flames(xml)?[0];
//! let quarter = loop_genome(genome, 0.25);
//! assert_ne!(genome.id(), quarter.id());
//! assert_eq!(parse_flames(&print_flame(genome))?[0], *genome);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
    Picture, Refusal, Screening, ScreeningSettings, TurnedAway, Undrawable, UnknownGene, breed,
    breed_for_flock, screen,
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
    Flam3Palettes, FlameReport, Outcome, ParseError, ParseErrorKind, ReadOptions, Reading, Remark,
    RemarkKind, Template, XformPlace, XformReport, parse_flames, print_flame, print_flames,
    read_flames, read_template,
};
pub use id::{GenomeId, GenomeIdError};
pub use model::{Estimator, Genome, TemporalFilter};
pub use palette::{PALETTE_ENTRIES, Palette};
pub use palettes::{LibraryPalette, palette_library};
pub use starter::{StarterSheep, starter_flock};
pub use xform::{Motion, Xform};
