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
//!
//! Where every ink is opaque, alpha and count are the same number and the count is not kept: a bin is then half a
//! cache line.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::plan::Shape;

/// What one bin was hit with.
pub(super) type Bin = [u64; 5];

/// Red, green, blue and alpha of a bin, which shall not lie across two cache lines.
#[derive(Clone, Copy, Default)]
#[repr(align(32))]
pub(super) struct Color(pub(super) [u64; 4]);

/// Bins that lie one after the other; none at all where nothing was hit yet.
#[derive(Default)]
pub(super) struct Tile {
    pub(super) colors: Vec<Color>,
    /// Empty where the count is the alpha.
    pub(super) counts: Vec<u64>,
}

/// How a histogram is cut into tiles, and what is kept of a bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Bins of a tile, as a power of two.
    pub(super) shift: u32,
    /// Whether counts are kept beside alpha.
    pub(super) counts: bool,
}

/// A histogram that threads add to.
pub(super) struct SharedHistogram {
    tiles: Vec<Mutex<Tile>>,
    layout: Layout,
}

/// A finished histogram.
pub(super) struct Histogram {
    tiles: Vec<Tile>,
    shift: u32,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl SharedHistogram {
    /// An empty histogram of `shape`.
    pub(super) fn new(shape: &Shape, layout: Layout) -> Self {
        let bins = shape.bins_wide() as usize * shape.bins_high() as usize;
        let size = 1 << layout.shift;
        Self {
            tiles: (0..bins.div_ceil(size)).map(|_| Mutex::default()).collect(),
            layout,
        }
    }

    /// Tiles.
    pub(super) fn tiles(&self) -> usize {
        self.tiles.len()
    }

    /// How it is cut.
    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// Tile `tile`, for this thread alone. Its bins are allocated when it is first asked for.
    pub(super) fn lock(&self, tile: usize) -> MutexGuard<'_, Tile> {
        // A poisoned lock means that another thread panicked; its panic ends the render anyway.
        let mut tile = self.tiles[tile]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if tile.colors.is_empty() {
            let size = 1 << self.layout.shift;
            tile.colors = vec![Color::default(); size];
            tile.counts = vec![0; if self.layout.counts { size } else { 0 }];
        }
        tile
    }

    /// Ends the adding.
    pub(super) fn finish(self, shape: &Shape) -> Histogram {
        let tiles = self.tiles.into_iter();
        Histogram {
            tiles: tiles
                .map(|tile| tile.into_inner().unwrap_or_else(PoisonError::into_inner))
                .collect(),
            shift: self.layout.shift,
            width: shape.bins_wide() as usize,
            height: shape.bins_high() as usize,
        }
    }
}

impl Histogram {
    /// A finished histogram of `bins`, for tests of what comes after the chaos game.
    #[cfg(all(test, feature = "gpu"))]
    pub(super) fn of(shape: &Shape, bins: &[Bin]) -> Self {
        let layout = Layout {
            shift: 10,
            counts: true,
        };
        let shared = SharedHistogram::new(shape, layout);
        for (i, &[red, green, blue, alpha, count]) in bins.iter().enumerate() {
            let (tile, place) = (i >> layout.shift, i & ((1 << layout.shift) - 1));
            let mut tile = shared.lock(tile);
            tile.colors[place] = Color([red, green, blue, alpha]);
            tile.counts[place] = count;
        }
        shared.finish(shape)
    }

    /// The bin in column `x` of row `y`.
    #[inline]
    pub(super) fn bin(&self, x: usize, y: usize) -> Bin {
        let index = y * self.width + x;
        let tile = &self.tiles[index >> self.shift];
        let place = index & ((1 << self.shift) - 1);
        let Color([red, green, blue, alpha]) = tile.colors.get(place).copied().unwrap_or_default();
        let count = tile.counts.get(place).copied().unwrap_or(alpha);
        [red, green, blue, alpha, count]
    }
}
