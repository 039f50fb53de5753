//! What a render allocates, stated before it starts.
//!
//! The stages hold different things at once, and the peak is the greatest of them:
//!
//! | stage | per bin | beside |
//! |---|---|---|
//! | iterate | histogram | every thread's buffers, every moment's inks |
//! | spread | histogram, logarithm and kernel choice | |
//! | collect | logarithm and kernel choice, plane | |
//! | develop | plane | pixels, twice |
//!
//! From the second pass on the plane is there all the time. Without density estimation spread and collect are one
//! stage, which holds the histogram and the plane. `tests/memory.rs` holds the statement to what the allocator sees.

use super::{Moment, PlanError, Shape};
use crate::cpu::buffers_bytes;

/// Bytes of a bin: red, green, blue and alpha.
const COLOR_BYTES: u64 = 32;
/// Its count, where that is not its alpha.
const COUNT_BYTES: u64 = 8;
/// Bytes of a bin after the logarithm.
const LOG_BIN_BYTES: u64 = 16;
/// Its kernel.
const CHOICE_BYTES: u64 = 2;
/// Bytes of a pixel while a frame is made: once as it is computed, once as the frame holds it.
const PIXEL_BYTES: u64 = 16;
/// Bytes of a moment's palette, and of the inks of one visibility.
const PALETTE_BYTES: u64 = 256 * 16;
/// What a thread needs beside its buffers.
const THREAD_BYTES: u64 = 64 << 10;

/// The parts of the statement, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    bins: u64,
    histogram: u64,
    /// Logarithms and kernel choices, where density estimation is on.
    source: u64,
    plane: u64,
    pixels: u64,
    inks: u64,
    /// What is there from beginning to end.
    always: u64,
    passes: u32,
}

impl Memory {
    /// States what a render takes; `table_bytes` are those of the density estimation's kernels, 0 where it is off.
    pub(super) fn new(shape: &Shape, passes: u32, moments: &[Moment], table_bytes: u64) -> Self {
        let bins = shape.bins();
        let counted = moments.iter().any(|moment| !moment.is_opaque());
        let bin = COLOR_BYTES + if counted { COUNT_BYTES } else { 0 };
        let per_pass = moments.len() / passes as usize;
        let inks = moments.iter().take(per_pass).map(visibilities).sum::<u64>() * PALETTE_BYTES;
        let spread = if table_bytes > 0 {
            LOG_BIN_BYTES + CHOICE_BYTES
        } else {
            0
        };
        Self {
            bins,
            histogram: bins * bin,
            source: bins * spread,
            plane: bins * LOG_BIN_BYTES,
            pixels: u64::from(shape.width) * u64::from(shape.height) * PIXEL_BYTES,
            inks,
            always: table_bytes + moments.len() as u64 * PALETTE_BYTES,
            passes,
        }
    }

    /// The peak on a pool of `threads` threads.
    pub(super) fn peak_bytes(&self, threads: usize) -> u64 {
        let scratch = buffers_bytes(self.bins, threads) + threads as u64 * THREAD_BYTES;
        let kept = if self.passes > 1 { self.plane } else { 0 };
        let logarithm = if self.source == 0 {
            self.histogram + self.plane
        } else {
            self.histogram + self.source + kept
        };
        let stages = [
            self.histogram + scratch + self.inks + kept,
            logarithm,
            self.source + self.plane,
            self.plane + self.pixels,
        ];
        self.always + stages.into_iter().max().unwrap_or(0)
    }

    /// Refuses what takes more than `limit` bytes on the current pool.
    pub(super) fn check(&self, limit: u64) -> Result<(), PlanError> {
        let bytes = self.peak_bytes(rayon::current_num_threads());
        if bytes > limit {
            return Err(PlanError::Memory {
                bytes,
                limit,
                bins: self.bins,
            });
        }
        Ok(())
    }
}

/// Different visibilities of the moment's xforms.
fn visibilities(moment: &Moment) -> u64 {
    let mut all: Vec<_> = moment.xforms.iter().map(|xform| xform.visibility).collect();
    all.sort_unstable();
    all.dedup();
    all.len() as u64
}
