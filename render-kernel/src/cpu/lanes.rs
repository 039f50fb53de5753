//! A group of points side by side, as the processor's vector units take them.

use crate::plan::Map;
use crate::streams::{Draws, Key, counter};

/// Points of a group.
pub(crate) const LANES: usize = 32;

/// A number for every point of a group.
pub(super) type Numbers = [f32; LANES];

/// The points of a group, in world units or bins.
#[derive(Clone, Copy)]
pub(super) struct Lanes {
    pub(super) x: Numbers,
    pub(super) y: Numbers,
}

impl Lanes {
    /// All points at the origin.
    pub(super) const ZERO: Self = Self {
        x: [0.0; LANES],
        y: [0.0; LANES],
    };

    /// Every point moved by `map`.
    #[inline(always)]
    pub(super) fn mapped(&self, map: &Map) -> Self {
        let mut to = Self::ZERO;
        for lane in 0..LANES {
            let (x, y) = (self.x[lane], self.y[lane]);
            to.x[lane] = map.a * x + map.b * y + map.c;
            to.y[lane] = map.d * x + map.e * y + map.f;
        }
        to
    }
}

/// Where the points of a group draw their random numbers.
#[derive(Clone, Copy)]
pub(super) struct Places {
    key: Key,
    counters: [u32; LANES],
}

impl Places {
    /// The points at `places` of the slab with `key`, in `step`, from `purpose` on.
    #[inline(always)]
    pub(super) fn new(key: Key, purpose: u32, step: u32, places: impl Fn(usize) -> u32) -> Self {
        let mut counters = [0; LANES];
        for (lane, to) in counters.iter_mut().enumerate() {
            *to = counter(purpose, step, places(lane));
        }
        Self { key, counters }
    }

    /// The numbers of the point in `lane`.
    #[inline(always)]
    pub(super) fn draws(&self, lane: usize) -> Draws {
        Draws::new(self.key, self.counters[lane])
    }

    /// Moves past `draws` numbers of every point.
    #[inline(always)]
    pub(super) fn advance(&mut self, draws: u32) {
        for to in &mut self.counters {
            *to = to.wrapping_add(counter(draws, 0, 0));
        }
    }
}
