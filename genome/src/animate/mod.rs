//! Movement: a genome turned through its loop, and one genome on its way into another.
//!
//! A loop turns the affine maps once round; an edge turns two genomes together while it blends
//! them. Both pass through the same key genomes: `loop_genome(g, 0)`, `loop_genome(g, 1)`, the
//! beginning of any edge from `g` and the end of any edge to `g` are equal to the bit, so clips
//! that meet at a sheep meet without a seam.
//!
//! ```text
//! loop: motion -> turn
//! edge: motion -> align (pad) -> turn both -> blend at 3 b^2 - 2 b^3
//! ```
//!
//! A result has no motion elements left and every number in its legal range: where a blend or a
//! motion would leave the range, it is clamped.
//!
//! # Source
//!
//! What flam3 3.1.1 does, learned from its documentation and its output; `tests/interp.rs` holds
//! this to tables that flam3 printed. flam3's per-xform stagger and its four-point `smooth` curve
//! are not used by loops and edges and are not here.

mod affine;
mod align;
mod blend;
mod motion;
mod palette;
mod turn;

use crate::{Genome, InterpolationType};
use align::align;
use blend::{Shares, mix};
use motion::apply_motion;
use turn::turn;

pub(crate) use palette::{hsv_from_rgb, rgb_from_hsv};

/// The genome at `blend` of its loop, where 0 and 1 are the beginning and the end.
#[must_use]
pub fn loop_genome(genome: &Genome, blend: f64) -> Genome {
    let mut moved = apply_motion(genome, blend);
    turn(&mut moved, blend, |_| true);
    moved
}

/// The genome at `blend` of the way from one sheep to another, 0 and 1 being the two.
///
/// Choices (filters, palette mode, kinds of interpolation) are those of `from` until the end. Before
/// 0 and after 1 the two sheep go on with their loops, as the clips before and after the edge do:
/// an open shutter at either end sees the same movement from both sides.
#[must_use]
pub fn edge_genome(from: &Genome, to: &Genome, blend: f64) -> Genome {
    if blend <= 0.0 {
        return loop_genome(from, blend);
    }
    if blend >= 1.0 {
        return loop_genome(to, blend);
    }
    let mut pair = align(apply_motion(from, blend), apply_motion(to, blend));
    let windings = pair.windings();
    let turns_padding = pair.from.interpolation_type == InterpolationType::Log;
    let (from_padding, to_padding) = (pair.from_padding, pair.to_padding);
    turn(&mut pair.from, blend, |i| turns_padding || i < from_padding);
    turn(&mut pair.to, blend, |i| turns_padding || i < to_padding);
    let smooth = blend * blend * (3.0 - 2.0 * blend);
    mix(&pair.from, &pair.to, Shares::at(smooth), &windings)
}

/// The genome at `time` between two key genomes, by their own times, without turning.
///
/// A time outside the two goes on along the same line. Key genomes of equal times give `from`.
/// Motion elements are not applied.
#[must_use]
pub fn interpolate(from: &Genome, to: &Genome, time: f64) -> Genome {
    let span = to.time - from.time;
    let share = if span == 0.0 {
        0.0
    } else {
        (time - from.time) / span
    };
    let pair = align(from.clone(), to.clone());
    mix(&pair.from, &pair.to, Shares::at(share), &[])
}
