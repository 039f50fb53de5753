//! Hits on their way to the histogram: collected by tile, added many at a time.
//!
//! Writing every hit straight into a histogram of tens of megabytes misses the cache each time, and would need
//! a lock or a copy per thread. A thread keeps one buffer per tile instead and adds a buffer's hits when it is
//! full, while it holds the tile. A buffer takes several hits for every cache line of its tile, so that the misses of
//! loading a tile are shared by them.
//!
//! A hit is one word: the place of the bin in its tile, the visibility class, and 16 bits of palette coordinate.

use std::time::Instant;

use woolgather_genome::PaletteMode;

use super::histogram::{Layout, SharedHistogram};
use super::lanes::LANES;
use super::width::Width;
use crate::plan::{HIT, Moment, Shape};

/// Bits of the palette coordinate.
pub(super) const COLOR_BITS: u32 = 16;
/// Bins of a tile at most, as a power of two: 256 KiB, which second-level caches hold.
const TILE_SHIFT_MAX: u32 = 13;
/// Bytes that the buffers of all threads hold together.
const BUFFERS_BYTES: usize = 64 << 20;
/// Hits that a thread's buffers hold: twice as many as there are bins, so that a cache line of the histogram is loaded
/// for several hits, within these bounds.
const HITS: (usize, usize) = (1 << 20, 1 << 23);
/// Fewest and most hits of a buffer.
const BUFFER: (usize, usize) = (64, 1 << 14);

/// What a hit adds, by visibility class and palette entry.
#[derive(PartialEq)]
pub(super) struct Inks {
    /// 256 entries per class: red, green, blue and alpha.
    entries: Vec<[u32; 4]>,
    /// What a hit of each class counts.
    visibilities: Vec<u32>,
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
            entry
                .map(|channel| (u64::from(channel) * u64::from(visibility) / u64::from(HIT)) as u32)
        };
        let inks = classes
            .iter()
            .flat_map(|&class| moment.palette.iter().map(move |entry| ink(class, entry)));
        Self {
            entries: inks.collect(),
            visibilities: classes,
            mode,
            class_of,
        }
    }

    /// Bits that a class needs in a hit.
    fn class_bits(&self) -> u32 {
        self.visibilities.len().next_power_of_two().ilog2()
    }

    /// Whether what a hit adds to alpha is always what it counts.
    fn are_opaque(&self) -> bool {
        self.entries
            .chunks(256)
            .zip(&self.visibilities)
            .all(|(entries, visibility)| entries.iter().all(|[.., alpha]| alpha == visibility))
    }

    /// The layout of a histogram that hits with all of `inks` go to.
    pub(super) fn layout(inks: &[Self]) -> Layout {
        let class_bits = inks.iter().map(Self::class_bits).max().unwrap_or(0);
        Layout {
            shift: TILE_SHIFT_MAX.min(u32::BITS - COLOR_BITS - class_bits),
            counts: !inks.iter().all(Self::are_opaque),
        }
    }

    /// What the hit `word` adds, and the place of its bin in the tile.
    #[inline(always)]
    fn ink<const LINEAR: bool>(&self, word: u32, shift: u32) -> ([u32; 4], usize) {
        let index = (word << shift >> (shift + 8)) as usize;
        let ink = &self.entries[index];
        let place = (word >> (u32::BITS - shift)) as usize;
        if !LINEAR {
            return (*ink, place);
        }
        // The last entry of a class has no neighbour.
        let next = if index & 255 == 255 {
            ink
        } else {
            &self.entries[index + 1]
        };
        let fraction = (word & 255) as i32;
        let mut blended = *ink;
        for (here, &there) in blended.iter_mut().zip(next) {
            // At most HIT * 255 either way, so nothing overflows.
            *here = (*here as i32 + (((there as i32 - *here as i32) * fraction) >> 8)) as u32;
        }
        (blended, place)
    }
}

/// A thread's buffers.
pub(super) struct Scatter {
    /// `capacity` hits for every tile, and for one more that takes what falls outside.
    hits: Vec<u32>,
    /// Where in `hits` the next one of every tile goes.
    next: Vec<u32>,
    /// Hits of a buffer; a power of two.
    capacity: usize,
    layout: Layout,
}

/// Hits of a buffer, of which each of `threads` threads has `tiles`.
fn capacity(tiles: usize, threads: usize) -> usize {
    let bins = tiles << TILE_SHIFT_MAX;
    let hits = BUFFERS_BYTES / size_of::<u32>() / threads.max(1);
    let hits = hits.min((2 * bins).clamp(HITS.0, HITS.1));
    let capacity = (hits / tiles).clamp(BUFFER.0, BUFFER.1);
    1 << capacity.ilog2()
}

/// Bytes of the buffers of `threads` threads for a histogram of `bins` bins.
pub(crate) fn buffers_bytes(bins: u64, threads: usize) -> u64 {
    let tiles = bins.div_ceil(1 << TILE_SHIFT_MAX) as usize + 1;
    (threads * tiles * capacity(tiles, threads) * size_of::<u32>()) as u64
}

/// Hits of a group that wait to be pushed.
pub(super) struct Volley {
    pub(super) tiles: [u32; LANES],
    pub(super) words: [u32; LANES],
}

impl Scatter {
    /// Empty buffers for every tile of `histogram`, for one of `threads` threads.
    pub(super) fn new(histogram: &SharedHistogram, threads: usize) -> Self {
        let tiles = histogram.tiles() + 1;
        let capacity = capacity(tiles, threads);
        Self {
            hits: vec![0; tiles * capacity],
            next: (0..tiles).map(|tile| (tile * capacity) as u32).collect(),
            capacity,
            layout: histogram.layout(),
        }
    }

    /// The number of the bin that stands for all outside the histogram.
    #[inline(always)]
    pub(super) fn outside(&self) -> u32 {
        ((self.next.len() - 1) << self.layout.shift) as u32
    }

    /// Packs hits on `bins`; `inks` are visibility class << [`COLOR_BITS`] | palette coordinate (0 to 65,535).
    #[inline(always)]
    pub(super) fn pack(&self, bins: &[u32; LANES], inks: &[u32; LANES]) -> Volley {
        let shift = self.layout.shift;
        let mut volley = Volley {
            tiles: [0; LANES],
            words: [0; LANES],
        };
        for lane in 0..LANES {
            volley.tiles[lane] = bins[lane] >> shift;
            volley.words[lane] = bins[lane] << (u32::BITS - shift) | inks[lane];
        }
        volley
    }

    /// Takes the first `count` hits of `volley`; `flush` empties the buffer of a tile that is full.
    #[inline(always)]
    pub(super) fn push(&mut self, volley: &Volley, count: usize, flush: impl Fn(&mut Self, usize)) {
        for (&tile, &word) in volley.tiles.iter().zip(&volley.words).take(count) {
            let tile = tile as usize;
            let next = self.next[tile] as usize;
            self.hits[next] = word;
            self.next[tile] = next as u32 + 1;
            if (next + 1) & (self.capacity - 1) == 0 {
                flush(self, tile);
            }
        }
    }

    /// Adds the hits in the buffer of tile `tile` to the histogram.
    ///
    /// Inlined into what [`super::width`] compiles for a certain processor.
    #[inline(always)]
    pub(super) fn flush_tile_here(
        &mut self,
        histogram: &SharedHistogram,
        inks: &Inks,
        tile: usize,
    ) {
        match inks.mode {
            PaletteMode::Step => self.add_hits::<false>(histogram, inks, tile),
            PaletteMode::Linear => self.add_hits::<true>(histogram, inks, tile),
        }
    }

    #[inline(always)]
    fn add_hits<const LINEAR: bool>(
        &mut self,
        histogram: &SharedHistogram,
        inks: &Inks,
        tile: usize,
    ) {
        let first = tile * self.capacity;
        let hits = &self.hits[first..self.next[tile] as usize];
        let shift = self.layout.shift;
        self.next[tile] = first as u32;
        if hits.is_empty() || tile == histogram.tiles() {
            return;
        }
        let mut tile = histogram.lock(tile);
        let tile = &mut *tile;
        for &word in hits {
            let (ink, place) = inks.ink::<LINEAR>(word, shift);
            for (sum, part) in tile.colors[place].0.iter_mut().zip(ink) {
                *sum += u64::from(part);
            }
        }
        if self.layout.counts {
            for &word in hits {
                let class = word << shift >> (shift + COLOR_BITS);
                let place = (word >> (u32::BITS - shift)) as usize;
                tile.counts[place] += u64::from(inks.visibilities[class as usize]);
            }
        }
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
    let inks = Inks {
        entries: vec![[HIT; 4]; 256],
        visibilities: vec![HIT],
        mode: PaletteMode::Step,
        class_of: vec![Some(0)],
    };
    let histogram = SharedHistogram::new(&shape, Inks::layout(std::slice::from_ref(&inks)));
    let mut scatter = Scatter::new(&histogram, 1);
    let widest = Width::widest();
    let bins = u64::from(width) * u64::from(height);
    let used = ((bins as f64 * spread) as u64).clamp(1, bins);
    let first = (bins - used) / 2;
    let mut state = 1_u64;
    let start = Instant::now();
    for _ in 0..hits / LANES as u64 {
        let mut numbers = [0; LANES];
        for number in &mut numbers {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *number = (first + (((state >> 32) * used) >> 32)) as u32;
        }
        let colors = numbers.map(|number| number & 0xffff);
        let volley = scatter.pack(&numbers, &colors);
        scatter.push(&volley, LANES, |scatter, tile| {
            widest.flush_tile(scatter, &histogram, &inks, tile);
        });
    }
    widest.flush_all(&mut scatter, &histogram, &inks);
    hits as f64 / start.elapsed().as_secs_f64()
}
