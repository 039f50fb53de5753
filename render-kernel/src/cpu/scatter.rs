//! Hits on their way to the histogram: collected by tile, added many at a time.
//!
//! Writing every hit straight into a histogram of tens of megabytes misses the cache each time, and would need
//! a lock or a copy per thread. A thread keeps one buffer per tile instead and adds a buffer's hits when it is
//! full, while it holds the tile.

use std::time::Instant;

use woolgather_genome::PaletteMode;

use super::histogram::{Bin, SharedHistogram, TILE_MASK, TILE_SHIFT};
use crate::plan::{HIT, Moment, Shape};

/// Hits that all buffers of a thread hold together, and the fewest and most of one buffer.
const HITS: usize = 1 << 16;
const BUFFER: (usize, usize) = (128, 2048);

/// One hit.
#[derive(Clone, Copy, Default)]
struct Hit {
    /// Place of the bin in its tile.
    bin: u32,
    /// Visibility class, then 16 bits of palette coordinate.
    color: u32,
}

/// What a hit adds, by visibility class and palette entry.
pub(super) struct Inks {
    /// 256 entries per class.
    entries: Vec<[u32; 5]>,
    mode: PaletteMode,
    /// The class of every xform; `None` where its points are not plotted.
    pub(super) class_of: Vec<Option<u32>>,
}

impl Inks {
    /// The inks of a moment: one class for every visibility that its xforms have.
    pub(super) fn new(moment: &Moment, mode: PaletteMode) -> Self {
        let mut classes: Vec<u32> = Vec::new();
        let class_of = moment.xforms.iter().map(|xform| {
            let visibility = xform.visibility;
            if visibility == 0 {
                return None;
            }
            let known = classes.iter().position(|&class| class == visibility);
            let class = known.unwrap_or_else(|| {
                classes.push(visibility);
                classes.len() - 1
            });
            Some(class as u32)
        });
        let class_of = class_of.collect();
        let ink = |visibility: u32, entry: &[u32; 4]| {
            let share =
                |channel: u32| (u64::from(channel) * u64::from(visibility) / u64::from(HIT)) as u32;
            let [red, green, blue, alpha] = entry.map(share);
            [red, green, blue, alpha, visibility]
        };
        let inks = classes
            .iter()
            .flat_map(|&class| moment.palette.iter().map(move |entry| ink(class, entry)));
        Self {
            entries: inks.collect(),
            mode,
            class_of,
        }
    }

    /// Adds a hit's ink to `bin`.
    #[inline(always)]
    fn add(&self, bin: &mut Bin, color: u32) {
        let index = (color >> 8) as usize;
        let ink = &self.entries[index];
        match self.mode {
            PaletteMode::Step => {
                for (sum, &part) in bin.iter_mut().zip(ink) {
                    *sum += u64::from(part);
                }
            }
            PaletteMode::Linear => {
                // The last entry of a class has no neighbour.
                let next = if index & 255 == 255 {
                    ink
                } else {
                    &self.entries[index + 1]
                };
                let fraction = i64::from(color & 255);
                for ((sum, &here), &there) in bin.iter_mut().zip(ink).zip(next) {
                    let (here, there) = (i64::from(here), i64::from(there));
                    *sum += (here + (((there - here) * fraction) >> 8)) as u64;
                }
            }
        }
    }
}

/// A thread's buffers.
pub(super) struct Scatter {
    hits: Vec<Hit>,
    /// Hits in the buffer of every tile.
    counts: Vec<usize>,
    capacity: usize,
}

impl Scatter {
    /// Empty buffers for every tile of `histogram`.
    pub(super) fn new(histogram: &SharedHistogram) -> Self {
        let tiles = histogram.tiles();
        let capacity = (HITS / tiles).clamp(BUFFER.0, BUFFER.1);
        Self {
            hits: vec![Hit::default(); tiles * capacity],
            counts: vec![0; tiles],
            capacity,
        }
    }

    /// Takes a hit on bin `bin` with palette coordinate `color` (0 to 65,535) in visibility class `class`.
    #[inline(always)]
    pub(super) fn push(
        &mut self,
        histogram: &SharedHistogram,
        inks: &Inks,
        bin: u32,
        class: u32,
        color: u32,
    ) {
        let tile = (bin >> TILE_SHIFT) as usize;
        let count = self.counts[tile];
        self.hits[tile * self.capacity + count] = Hit {
            bin: bin & TILE_MASK,
            color: class << 16 | color,
        };
        self.counts[tile] = count + 1;
        if count + 1 == self.capacity {
            self.flush_tile(histogram, inks, tile);
        }
    }

    /// Adds every hit that is still in a buffer.
    pub(super) fn flush(&mut self, histogram: &SharedHistogram, inks: &Inks) {
        for tile in 0..self.counts.len() {
            if self.counts[tile] > 0 {
                self.flush_tile(histogram, inks, tile);
            }
        }
    }

    #[inline(never)]
    fn flush_tile(&mut self, histogram: &SharedHistogram, inks: &Inks, tile: usize) {
        let hits = &self.hits[tile * self.capacity..][..self.counts[tile]];
        histogram.with_tile(tile, |bins| {
            for hit in hits {
                inks.add(&mut bins[(hit.bin & TILE_MASK) as usize], hit.color);
            }
        });
        self.counts[tile] = 0;
    }
}

/// Hits per second that one thread brings into the histogram of a picture of `width` by `height`, when `hits` of them
/// come in random order from the middle `spread` (0 to 1) of its bins.
///
/// For measurements: the chaos game cannot be faster than this.
#[must_use]
pub fn scatter_rate(width: u32, height: u32, spread: f64, hits: u64) -> f64 {
    let shape = Shape {
        width,
        height,
        supersample: 1,
        gutter: 0,
    };
    let histogram = SharedHistogram::new(&shape);
    let inks = Inks {
        entries: vec![[HIT; 5]; 256],
        mode: PaletteMode::Step,
        class_of: vec![Some(0)],
    };
    let mut scatter = Scatter::new(&histogram);
    let bins = u64::from(width) * u64::from(height);
    let used = ((bins as f64 * spread) as u64).clamp(1, bins);
    let first = (bins - used) / 2;
    let mut state = 1_u64;
    let start = Instant::now();
    for _ in 0..hits {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let bin = first + (((state >> 32) * used) >> 32);
        scatter.push(&histogram, &inks, bin as u32, 0, (state >> 16) as u32 & 0xffff);
    }
    scatter.flush(&histogram, &inks);
    hits as f64 / start.elapsed().as_secs_f64()
}
