//! How wide the processor's vectors are, and the hot code compiled for each width.
//!
//! The time goes into four functions: a group through an xform, a slab, a buffer of hits into the histogram, and the
//! spreading of bins. On x86 they are compiled three times: for any processor (4 points at once), for AVX2 (8) and for AVX-512 (16). All do the same
//! operations on every point in the same order, without fused multiply-add, so their bits are equal; which one runs is
//! asked of the processor.

use super::RenderError;
use super::density::{GoOn, LogBin, Source};
use super::histogram::SharedHistogram;
use super::lanes::{Lanes, Numbers, Places};
use super::scatter::{Inks, Scatter};
use super::slab::{self, SlabTask};
use super::xform;
use crate::plan::{Kernels, XformPlan};

/// A width of vectors that the code below is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// What every processor of this kind has.
    Any,
    /// Eight points at once.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Sixteen points at once.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// What the compiled versions need of each other; a slab calls the two through it.
pub(super) struct Code<A, F> {
    /// Moves a group through an xform and blends its colours.
    pub(super) apply: A,
    /// Adds the hits of one tile to the histogram.
    pub(super) flush: F,
}

impl Width {
    /// The widest that this processor has.
    pub(super) fn widest() -> Self {
        // Every processor has `Any`.
        *Self::here().last().unwrap_or(&Self::Any)
    }

    /// Those that this processor has, by rising width.
    pub(super) fn here() -> Vec<Self> {
        #[cfg_attr(
            not(target_arch = "x86_64"),
            expect(unused_mut, reason = "elsewhere one width is all that there is")
        )]
        let mut here = vec![Self::Any];
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx2") {
                here.push(Self::Avx2);
                if has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl") {
                    here.push(Self::Avx512);
                }
            }
        }
        here
    }
}

/// Compiles the hot code, for processors with the features that the attribute names.
macro_rules! compiled {
    ($width:ident $(, #[$features:meta])?) => {
        mod $width {
            use super::*;

            $(#[$features])?
            pub(super) fn apply(
                xform: &XformPlan,
                lanes: &mut Lanes,
                color: &mut Numbers,
                places: Places,
            ) {
                xform::apply_here(xform, lanes, color, places);
            }

            $(#[$features])?
            #[inline(never)]
            pub(super) fn flush(scatter: &mut Scatter, histogram: &SharedHistogram, inks: &Inks, tile: usize) {
                scatter.flush_tile_here(histogram, inks, tile);
            }

            $(#[$features])?
            pub(super) fn run_slab(
                task: &SlabTask<'_>,
                histogram: &SharedHistogram,
                scatter: &mut Scatter,
            ) {
                let code = Code {
                    apply: |xform: &XformPlan, lanes: &mut Lanes, color: &mut Numbers, places| {
                        apply(xform, lanes, color, places);
                    },
                    flush: |scatter: &mut Scatter, tile| flush(scatter, histogram, task.inks, tile),
                };
                slab::run_slab_here(task, &code, scatter);
            }

            $(#[$features])?
            pub(super) fn flush_all(
                scatter: &mut Scatter,
                histogram: &SharedHistogram,
                inks: &Inks,
            ) {
                for tile in 0..histogram.tiles() {
                    flush(scatter, histogram, inks, tile);
                }
            }

            $(#[$features])?
            pub(super) fn collect(
                source: &Source,
                kernels: &Kernels,
                first: usize,
                rows: &mut [LogBin],
                go_on: &GoOn<'_>,
            ) -> Result<(), RenderError> {
                source.collect_here(kernels, first, rows, go_on)
            }
        }
    };
}

compiled!(any);
#[cfg(target_arch = "x86_64")]
compiled!(avx2, #[target_feature(enable = "avx2")]);
#[cfg(target_arch = "x86_64")]
compiled!(avx512, #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]);

/// Calls a function that [`compiled`] made, as compiled for the width `$self`.
macro_rules! on_width {
    ($self:ident, $function:ident($($argument:expr),*)) => {
        match $self {
            Self::Any => any::$function($($argument),*),
            // SAFETY: a width other than `Any` comes from `here`, which has asked the processor for its features.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { avx2::$function($($argument),*) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { avx512::$function($($argument),*) },
        }
    };
}

#[cfg_attr(
    target_arch = "x86_64",
    expect(
        unsafe_code,
        reason = "calling code for processor features that were detected"
    )
)]
impl Width {
    /// Plays one slab; its hits go to `scatter`, and from there to the histogram when a buffer is full.
    pub(super) fn run_slab(
        self,
        task: &SlabTask<'_>,
        histogram: &SharedHistogram,
        scatter: &mut Scatter,
    ) {
        on_width!(self, run_slab(task, histogram, scatter));
    }

    /// Adds the hits in the buffer of tile `tile` to the histogram.
    pub(super) fn flush_tile(
        self,
        scatter: &mut Scatter,
        histogram: &SharedHistogram,
        inks: &Inks,
        tile: usize,
    ) {
        on_width!(self, flush(scatter, histogram, inks, tile));
    }

    /// Adds every hit that is still in a buffer of `scatter`.
    pub(super) fn flush_all(self, scatter: &mut Scatter, histogram: &SharedHistogram, inks: &Inks) {
        on_width!(self, flush_all(scatter, histogram, inks));
    }

    /// Adds to `rows`, which begin with row `first` of a plane, what the bins of `source` spread there.
    ///
    /// # Errors
    ///
    /// What `go_on` says between rows.
    pub(super) fn collect(
        self,
        source: &Source,
        kernels: &Kernels,
        first: usize,
        rows: &mut [LogBin],
        go_on: &GoOn<'_>,
    ) -> Result<(), RenderError> {
        on_width!(self, collect(source, kernels, first, rows, go_on))
    }

    /// Moves the points `lanes` through `xform` and blends their `color`; variations draw from `places`.
    pub(super) fn apply(
        self,
        xform: &XformPlan,
        lanes: &mut Lanes,
        color: &mut Numbers,
        places: Places,
    ) {
        on_width!(self, apply(xform, lanes, color, places));
    }
}

#[cfg(test)]
mod tests {
    use woolgather_genome::{Variation, WeightedVariation, Xform};

    use super::*;
    use crate::cpu::lanes::LANES;
    use crate::streams::Key;

    /// The bits of a number; all that are not numbers are alike, because they are replaced.
    fn bits(number: f32) -> u32 {
        if number.is_nan() {
            u32::MAX
        } else {
            number.to_bits()
        }
    }

    #[test]
    fn every_width_of_vectors_gives_the_same_bits_for_every_variation() {
        let key = Key::new(1);
        for &variation in Variation::ALL {
            let xform = Xform {
                variations: vec![WeightedVariation::new(variation, 0.8)],
                ..Xform::default()
            };
            let plan = XformPlan::new(&xform);
            for round in 0..64 {
                // From tiny to huge, so that every reduction and every limit is passed.
                let size = 1e-6 * 1.9_f32.powi(round);
                let number = |lane: usize, axis: u32| {
                    size * key.signed(axis << 20 | (round as u32) << 10 | lane as u32)
                };
                let start = Lanes {
                    x: std::array::from_fn(|lane| number(lane, 0)),
                    y: std::array::from_fn(|lane| number(lane, 1)),
                };
                let places = Places::new(key, 0, 0, |lane| lane as u32);
                let moved = |width: Width| {
                    let (mut lanes, mut color) = (start, [0.5; LANES]);
                    width.apply(&plan, &mut lanes, &mut color, places);
                    [lanes.x, lanes.y].map(|numbers| numbers.map(bits))
                };
                let narrow = moved(Width::Any);
                for width in Width::here() {
                    assert_eq!(
                        moved(width),
                        narrow,
                        "{} at {size}, {width:?}",
                        variation.name()
                    );
                }
            }
        }
    }
}
