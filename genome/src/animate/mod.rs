//! Movement: a genome turned through its loop, one genome on its way into another, and a genome
//! anywhere along a line of key genomes.
//!
//! A loop turns the affine maps once round; an edge turns two genomes together while it blends
//! them. Both pass through the same key genomes: `loop_genome(g, 0)`, `loop_genome(g, 1)`, the
//! beginning of any edge from `g` and the end of any edge to `g` are equal to the bit, so clips
//! that meet at a sheep meet without a seam.
//!
//! ```text
//! loop:      motion -> turn
//! edge:      motion -> align (pad) -> turn both -> blend at 3 b^2 - 2 b^3, xform by xform
//! keyframes: the two key genomes around a time, or four -> align (pad) -> blend
//! sequence:  loop, edge, loop, edge, … loop, frame by frame
//! ```
//!
//! A result has no motion elements left and every number in its legal range: where a blend or a
//! motion would leave the range, it is clamped.
//!
//! In reading order:
//!
//! * `turn`, `motion`: what a loop does.
//! * `align`, `shares`, `blend`, `affine`, `palette`: what a blend does.
//! * `edge`, `keyframes`, `sequence`: which genomes are blended, when and how far.
//!
//! # Source
//!
//! What flam3 3.1.1 does, learned from its documentation and its output; `tests/it/interp.rs` and
//! `tests/it/keyframes.rs` hold this to tables that flam3 printed.

mod affine;
mod align;
mod blend;
mod edge;
mod keyframes;
mod motion;
mod palette;
mod sequence;
mod shares;
mod turn;

use crate::Genome;
use motion::apply_motion;
pub(crate) use palette::{hsv_from_rgb, rgb_from_hsv};
use turn::turn;

pub use edge::{Easing, EdgeOptions, edge_genome, edge_genome_with};
pub use keyframes::{KeyframeError, genome_at, interpolate};
pub use sequence::{SequenceSettings, edge_window, loop_window, sequence};

/// The genome at `blend` of its loop, where 0 and 1 are the beginning and the end.
///
/// Every motion element adds its amplitude times its wave at `frequency * blend`; then the columns
/// of every xform whose `animate` is not 0 are turned by `blend` of a whole turn. Before 0 and after
/// 1 the loop goes round again.
#[must_use]
pub fn loop_genome(genome: &Genome, blend: f64) -> Genome {
    let mut moved = apply_motion(genome, blend);
    turn(&mut moved, blend, |_| true);
    moved
}
