//! Whole animations frame by frame, and single frames cut out of them.
//!
//! A sequence shows each sheep's loop and then the edge to the next one; its frames are plain
//! genomes at the times 0, 1, 2, … that any flam3 program can animate. A window is three frames of a
//! loop or an edge: enough to draw the middle one with its motion blur, which is how a server hands
//! out single frames.

use super::{EdgeOptions, edge_genome_with, loop_genome};
use crate::{Genome, Interpolation, PaletteInterpolation};

/// What a sequence shows, and how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SequenceSettings {
    /// Frames of every sheep's loop; 0 leaves the loops out.
    pub frames_per_loop: u32,
    /// Frames of every edge; 0 leaves the edges out, and the sheep follow each other at once.
    pub frames_per_edge: u32,
    /// How the edges travel.
    pub edge: EdgeOptions,
}

impl Default for SequenceSettings {
    /// Loops and edges of 160 frames each, as long as a clip.
    fn default() -> Self {
        Self {
            frames_per_loop: 160,
            frames_per_edge: 160,
            edge: EdgeOptions::default(),
        }
    }
}

/// Every frame of an animation through `keys`: loop, edge, loop, edge, …, loop, and at last the last
/// sheep as it stands.
///
/// Frame `k` of a part of `n` frames is at `k / n`. Each frame's time and name are its number from 0,
/// and it asks for straight interpolation, so that blending it with its neighbours, as an open shutter
/// does, follows the movement. The frames of a loop ask for `hsv_circular` colours, those of an edge
/// for what its first sheep says. No keys give no frames.
pub fn sequence(keys: &[Genome], settings: SequenceSettings) -> impl Iterator<Item = Genome> + '_ {
    let last = keys.last().map(|key| loop_frame(key, 0.0));
    let parts = keys.iter().enumerate().flat_map(move |(index, key)| {
        let next = keys.get(index + 1);
        let turning = parts(settings.frames_per_loop).map(move |blend| loop_frame(key, blend));
        let travelling = next.into_iter().flat_map(move |next| {
            parts(settings.frames_per_edge)
                .map(move |blend| edge_genome_with(key, next, blend, &settings.edge))
        });
        turning.chain(travelling)
    });
    parts
        .chain(last)
        .enumerate()
        .map(|(number, genome)| as_frame(genome, number as f64))
}

/// Frame `frame` of a loop of `frames` frames, between the one before it and the one after it.
///
/// Their times are `frame - 1`, `frame` and `frame + 1`.
///
/// # Panics
///
/// If `frames` is 0: a loop has at least one frame.
#[must_use]
pub fn loop_window(genome: &Genome, frame: u32, frames: u32) -> [Genome; 3] {
    window(frame, frames, |blend| loop_frame(genome, blend))
}

/// Frame `frame` of an edge of `frames` frames, between the one before it and the one after it.
///
/// Their times are `frame - 1`, `frame` and `frame + 1`. At the ends of the edge the neighbours are
/// frames of the loops that it joins.
///
/// # Panics
///
/// If `frames` is 0: an edge has at least one frame.
#[must_use]
pub fn edge_window(
    from: &Genome,
    to: &Genome,
    frame: u32,
    frames: u32,
    options: &EdgeOptions,
) -> [Genome; 3] {
    window(frame, frames, |blend| {
        edge_genome_with(from, to, blend, options)
    })
}

fn window(frame: u32, frames: u32, genome: impl Fn(f64) -> Genome) -> [Genome; 3] {
    assert!(frames > 0, "a clip has at least one frame");
    [-1.0, 0.0, 1.0].map(|step| {
        let number = f64::from(frame) + step;
        as_frame(genome(number / f64::from(frames)), number)
    })
}

/// The blends of `frames` frames.
fn parts(frames: u32) -> impl Iterator<Item = f64> {
    (0..frames).map(move |frame| f64::from(frame) / f64::from(frames))
}

fn loop_frame(genome: &Genome, blend: f64) -> Genome {
    Genome {
        palette_interpolation: PaletteInterpolation::HsvCircular,
        ..loop_genome(genome, blend)
    }
}

/// The genome as frame `number` of an animation.
fn as_frame(genome: Genome, number: f64) -> Genome {
    Genome {
        name: number.to_string(),
        time: number,
        interpolation: Interpolation::Linear,
        ..genome
    }
}
