//! The histogram: what every bin was hit with, in integers.
//!
//! # Shapes and units
//!
//! * `bins_high * bins_wide` bins, row-major, row 0 at the top, with the gutter (see `plan::Shape`).
//! * A [`Bin`] is `[red, green, blue, alpha, count]` in units of 1 / `plan::HIT` of a full hit. Sixty-four bits
//!   hold 2⁴⁸ full hits, more than a frame may have samples.
//!
//! Bins lie in *tiles* of consecutive bins. A thread collects its hits by tile and adds many at once (see
//! `scatter`), so a tile's lock is taken seldom and its bins are in the cache when they are needed. Integers
//! make the order of the additions irrelevant.

use std::sync::{Mutex, PoisonError};

use crate::plan::Shape;

/// What one bin was hit with.
pub(super) type Bin = [u64; 5];

/// Bins of a tile, as a power of two: 640 KiB, which a second-level cache holds.
pub(super) const TILE_SHIFT: u32 = 14;
/// The part of a bin's number that is its place in its tile.
pub(super) const TILE_MASK: u32 = (1 << TILE_SHIFT) - 1;

/// A histogram that threads add to.
pub(super) struct SharedHistogram {
    tiles: Vec<Mutex<Vec<Bin>>>,
}

/// A finished histogram.
pub(super) struct Histogram {
    tiles: Vec<Vec<Bin>>,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl SharedHistogram {
    /// An empty histogram of `shape`.
    pub(super) fn new(shape: &Shape) -> Self {
        let bins = shape.bins_wide() as usize * shape.bins_high() as usize;
        let tiles = bins.div_ceil(1 << TILE_SHIFT);
        Self {
            tiles: (0..tiles)
                .map(|_| Mutex::new(vec![[0; 5]; 1 << TILE_SHIFT]))
                .collect(),
        }
    }

    /// Tiles.
    pub(super) fn tiles(&self) -> usize {
        self.tiles.len()
    }

    /// Lets `add` change tile `tile`.
    pub(super) fn with_tile(&self, tile: usize, add: impl FnOnce(&mut [Bin])) {
        // A poisoned lock means that another thread panicked; its panic ends the render anyway.
        add(&mut self.tiles[tile]
            .lock()
            .unwrap_or_else(PoisonError::into_inner));
    }

    /// Ends the adding.
    pub(super) fn finish(self, shape: &Shape) -> Histogram {
        let tiles = self.tiles.into_iter();
        Histogram {
            tiles: tiles
                .map(|tile| tile.into_inner().unwrap_or_else(PoisonError::into_inner))
                .collect(),
            width: shape.bins_wide() as usize,
            height: shape.bins_high() as usize,
        }
    }
}

impl Histogram {
    /// The bin in column `x` of row `y`.
    #[inline]
    pub(super) fn bin(&self, x: usize, y: usize) -> &Bin {
        let index = y * self.width + x;
        &self.tiles[index >> TILE_SHIFT][index & TILE_MASK as usize]
    }
}
