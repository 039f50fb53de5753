//! The way from one genome to another, both turning.
//!
//! ```text
//! motion of both -> align -> turn both by b of a turn -> blend at e(b)
//! e(b) = 3 b^2 - 2 b^3     eased, so that the movement starts and ends with the loops' own speed
//! ```
//!
//! # Stagger
//!
//! With a stagger `s` above 0 the xforms do not travel together but one after another, the last one
//! first. Of `n` xforms, number `i` (from 0) travels while the share of the genome that is left falls
//! from `end` to `start`:
//!
//! ```text
//! span  = s (n - 1) / n
//! start = span (n - 1 - i) / (n - 1)         end = start + 1 - span
//! share = 3 u^2 - 2 u^3,  u = (share of all - start) / (end - start), kept within 0 and 1
//! ```
//!
//! The camera, the colours and the final xform travel as without it.

use super::align::align;
use super::blend::{XformBlend, mix};
use super::loop_genome;
use super::motion::apply_motion;
use super::shares::Shares;
use super::turn::turn;
use crate::{Genome, InterpolationType};

/// How an edge travels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EdgeOptions {
    /// How far apart in time the xforms travel: 0 is all together, 1 is one after another.
    ///
    /// Numbers outside 0 to 1 count as the nearer of the two. A genome of one xform has nothing to
    /// stagger.
    pub stagger: f64,
    /// How the way is divided over the time.
    pub easing: Easing,
}

/// How the way from one genome to another is divided over the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Easing {
    /// Slow at both ends: `3 b^2 - 2 b^3`.
    #[default]
    Smooth,
    /// Evenly; flam3 calls this the unsmoother.
    Linear,
}

impl Easing {
    /// How much of the way is done at `blend` of the time.
    fn at(self, blend: f64) -> f64 {
        match self {
            Self::Smooth => smooth(blend),
            Self::Linear => blend,
        }
    }
}

/// The genome at `blend` of the way from one sheep to another, 0 and 1 being the two.
///
/// Choices (filters, palette mode, kinds of interpolation) are those of `from` until the end. Before
/// 0 and after 1 the two sheep go on with their loops, as the clips before and after the edge do:
/// an open shutter at either end sees the same movement from both sides.
#[must_use]
pub fn edge_genome(from: &Genome, to: &Genome, blend: f64) -> Genome {
    edge_genome_with(from, to, blend, &EdgeOptions::default())
}

/// [`edge_genome`] with another easing or with its xforms staggered.
#[must_use]
pub fn edge_genome_with(from: &Genome, to: &Genome, blend: f64, options: &EdgeOptions) -> Genome {
    if blend <= 0.0 {
        return loop_genome(from, blend);
    }
    if blend >= 1.0 {
        return loop_genome(to, blend);
    }
    let mut aligned = align(vec![apply_motion(from, blend), apply_motion(to, blend)], 0);
    let windings = aligned.windings();
    let turns_padding = aligned.genomes[0].interpolation_type == InterpolationType::Log;
    for (genome, padding) in aligned.genomes.iter_mut().zip(aligned.padding) {
        turn(genome, blend, |i| turns_padding || i < padding);
    }
    let shares = Shares::at(options.easing.at(blend));
    mix(&aligned.genomes, shares, |index| XformBlend {
        shares: staggered(shares, options.stagger, index, windings.len()),
        winding: windings[index],
    })
}

/// The shares of xform `index` of `count`, where all together have `shares`.
fn staggered(shares: Shares, stagger: f64, index: usize, count: usize) -> Shares {
    let stagger = stagger.clamp(0.0, 1.0);
    if !(stagger > 0.0 && count > 1) {
        return shares;
    }
    let (count, from_last) = (count as f64, (count - 1 - index) as f64);
    let span = stagger * (count - 1.0) / count;
    let start = span * from_last / (count - 1.0);
    let done = (shares.first() - start) / (1.0 - span);
    Shares::of_first(smooth(done.clamp(0.0, 1.0)))
}

fn smooth(t: f64) -> f64 {
    t * t * (3.0 - 2.0 * t)
}
