//! The logarithm of the histogram, and density estimation: spread the speckle of sparse bins, keep the detail
//! of dense ones.
//!
//! ```text
//! [Histogram] -> logarithm -> spread by hit count -> [LogPlane]
//! ```
//!
//! # Shapes and units
//!
//! * A [`LogPlane`] has the histogram's shape; a bin is `[red, green, blue, alpha]`, 0 to about 255, which is
//!   flam3's scale.
//! * Kernels come from the plan; a kernel is chosen by the number of full hits around a bin.
//!
//! flam3 scatters: it walks over the bins and adds each one's kernel to its surroundings. Here a band of rows collects
//! from itself and from the rows around it, so bands can be computed side by side; every bin of the result adds up
//! what it gets from top to bottom and from left to right, whatever the bands are.
//!
//! # Memory
//!
//! The histogram is given up before the plane is allocated: the two never exist together in a single pass.

use rayon::prelude::*;

use super::RenderError;
use super::histogram::Histogram;
use crate::plan::{DensityPlan, HIT, Kernels, Shape};

/// A bin after the logarithm.
pub(super) type LogBin = [f32; 4];

/// Rows of a band: enough that the rows around it are few beside it, and that its bins stay in the cache.
const BAND: usize = 16;

/// Logarithmic density, summed over the passes.
pub(super) struct LogPlane {
    pub(super) width: usize,
    height: usize,
    /// Empty until the first pass is added.
    bins: Vec<LogBin>,
}

/// The rows that density estimation collects from.
struct Source {
    width: usize,
    height: usize,
    bins: Vec<LogBin>,
    /// 1 + the index of each bin's kernel; 0 for a bin that is not spread at all.
    kernels: Vec<u16>,
    /// The widest reach in each row.
    reaches: Vec<u16>,
}

impl LogPlane {
    /// A plane of `shape` that nothing was added to.
    pub(super) fn new(shape: &Shape) -> Self {
        Self {
            width: shape.bins_wide() as usize,
            height: shape.bins_high() as usize,
            bins: Vec::new(),
        }
    }

    /// The bins, in bands of `rows` rows.
    fn bands(&mut self, rows: usize) -> impl IndexedParallelIterator<Item = &mut [LogBin]> {
        if self.bins.is_empty() {
            self.bins = vec![[0.0; 4]; self.width * self.height];
        }
        self.bins.par_chunks_mut(self.width * rows)
    }

    /// Replaces every bin by what `map` makes of it.
    ///
    /// # Errors
    ///
    /// [`RenderError::Cancelled`] within a row's work of `cancelled` turning true.
    pub(super) fn map(
        &mut self,
        map: impl Fn(LogBin) -> LogBin + Sync,
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Result<(), RenderError> {
        let rows = self.bins.par_chunks_exact_mut(self.width);
        rows.try_for_each(|row| {
            if cancelled() {
                return Err(RenderError::Cancelled);
            }
            for bin in row {
                *bin = map(*bin);
            }
            Ok(())
        })
    }

    /// Row `y`.
    pub(super) fn row(&self, y: usize) -> &[LogBin] {
        &self.bins[y * self.width..][..self.width]
    }
}

/// Adds a pass's logarithmic density to `plane`.
///
/// # Errors
///
/// [`RenderError::Cancelled`] within a row's work of `cancelled` turning true.
pub(super) fn add_log_density(
    plan: &DensityPlan,
    histogram: Histogram,
    plane: &mut LogPlane,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<(), RenderError> {
    let go_on = || {
        if cancelled() {
            Err(RenderError::Cancelled)
        } else {
            Ok(())
        }
    };
    let Some(kernels) = &plan.kernels else {
        return plane.bands(1).enumerate().try_for_each(|(y, row)| {
            go_on()?;
            for (x, bin) in row.iter_mut().enumerate() {
                add(bin, 1.0, &log_bin(plan, &histogram, x, y));
            }
            Ok(())
        });
    };
    let source = Source::new(plan, kernels, &histogram, &go_on)?;
    drop(histogram);
    let bands = plane.bands(BAND).enumerate();
    bands.try_for_each(|(band, rows)| source.collect(kernels, band * BAND, rows, &go_on))
}

/// A bin's colour and alpha, scaled to the logarithm of the alpha.
fn log_bin(plan: &DensityPlan, histogram: &Histogram, x: usize, y: usize) -> LogBin {
    let [red, green, blue, alpha, _] = histogram.bin(x, y);
    if alpha == 0 {
        return [0.0; 4];
    }
    let density = alpha as f64;
    let scale = plan.k1 * libm::log(1.0 + density * plan.k2) / density;
    [red, green, blue, alpha].map(|channel| (scale * channel as f64) as f32)
}

#[inline(always)]
fn add(sum: &mut LogBin, weight: f32, bin: &LogBin) {
    for (sum, channel) in sum.iter_mut().zip(bin) {
        *sum += weight * channel;
    }
}

impl Source {
    fn new(
        plan: &DensityPlan,
        kernels: &Kernels,
        histogram: &Histogram,
        go_on: &(dyn Fn() -> Result<(), RenderError> + Sync),
    ) -> Result<Self, RenderError> {
        let (width, height) = (histogram.width, histogram.height);
        let mut source = Self {
            width,
            height,
            bins: vec![[0.0; 4]; width * height],
            kernels: vec![0; width * height],
            reaches: vec![0; height],
        };
        let rows = source.bins.par_chunks_exact_mut(width);
        let rows = rows
            .zip(source.kernels.par_chunks_exact_mut(width))
            .zip(&mut source.reaches);
        rows.enumerate().try_for_each(
            |(y, ((bins, choices), reach))| -> Result<(), RenderError> {
                go_on()?;
                let margin = kernels.margin as usize;
                if y < margin || y + margin >= height {
                    return Ok(());
                }
                for x in margin..width - margin {
                    let [.., alpha, count] = histogram.bin(x, y);
                    if alpha == 0 || count == 0 {
                        continue;
                    }
                    let kernel = kernels.index(hits_around(kernels, histogram, x, y));
                    bins[x] = log_bin(plan, histogram, x, y);
                    choices[x] = 1 + kernel as u16;
                    *reach = (*reach).max(kernels.reach[kernel]);
                }
                Ok(())
            },
        )?;
        Ok(source)
    }

    /// Adds to `rows`, which begin with row `first` of the plane, what the bins in and around them spread there.
    ///
    /// This is where a sparse picture's time goes, so it is compiled twice on x86: for any processor, and for one
    /// with AVX2. The two do the same operations in the same order.
    fn collect(
        &self,
        kernels: &Kernels,
        first: usize,
        rows: &mut [LogBin],
        go_on: &(dyn Fn() -> Result<(), RenderError> + Sync),
    ) -> Result<(), RenderError> {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            #[expect(
                unsafe_code,
                reason = "calling code for a processor feature that was just detected"
            )]
            // SAFETY: the processor has AVX2, which is all that `collect_avx2` asks for.
            return unsafe { self.collect_avx2(kernels, first, rows, go_on) };
        }
        self.collect_here(kernels, first, rows, go_on)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn collect_avx2(
        &self,
        kernels: &Kernels,
        first: usize,
        rows: &mut [LogBin],
        go_on: &(dyn Fn() -> Result<(), RenderError> + Sync),
    ) -> Result<(), RenderError> {
        self.collect_here(kernels, first, rows, go_on)
    }

    /// Inlined into whatever is compiled for a certain processor.
    #[inline(always)]
    fn collect_here(
        &self,
        kernels: &Kernels,
        first: usize,
        rows: &mut [LogBin],
        go_on: &(dyn Fn() -> Result<(), RenderError> + Sync),
    ) -> Result<(), RenderError> {
        let end = first + rows.len() / self.width;
        let widest = usize::from(kernels.reach[0]);
        for source_y in first.saturating_sub(widest)..(end + widest).min(self.height) {
            go_on()?;
            let within = |reach: u16| {
                let reach = usize::from(reach);
                source_y.saturating_sub(reach).max(first)..(source_y + reach + 1).min(end)
            };
            if within(self.reaches[source_y]).is_empty() {
                continue;
            }
            let here = source_y * self.width..(source_y + 1) * self.width;
            let choices = self.kernels[here.clone()].iter().zip(&self.bins[here]);
            for (x, (&choice, bin)) in choices.enumerate() {
                let Some(kernel) = usize::from(choice).checked_sub(1) else {
                    continue;
                };
                for y in within(kernels.reach[kernel]) {
                    let weights = kernels.row(kernel, y.abs_diff(source_y));
                    let row = &mut rows[(y - first) * self.width..][..self.width];
                    spread(weights, bin, x, row);
                }
            }
        }
        Ok(())
    }
}

/// Full hits around a bin: its own, or those of the bins that share its pixel.
fn hits_around(kernels: &Kernels, histogram: &Histogram, x: usize, y: usize) -> f64 {
    let around = kernels.count_width as usize / 2;
    let rows = y.saturating_sub(around)..(y + around + 1).min(histogram.height);
    let columns = x.saturating_sub(around)..(x + around + 1).min(histogram.width);
    let sum: u64 = rows
        .flat_map(|y| columns.clone().map(move |x| (x, y)))
        .map(|(x, y)| histogram.bin(x, y)[4])
        .sum();
    sum as f64 / f64::from(HIT) * kernels.count_scale
}

/// Adds one row of a bin's kernel to `row`; the middle of `weights` is for column `x`.
#[inline(always)]
fn spread(weights: &[[f32; 4]], bin: &LogBin, x: usize, row: &mut [LogBin]) {
    let reach = weights.len() / 2;
    let (first, end) = (x.saturating_sub(reach), (x + reach + 1).min(row.len()));
    let weights = weights[first + reach - x..][..end - first].as_flattened();
    let sums = row[first..end].as_flattened_mut();
    // Two bins at a time, for vectors of eight numbers.
    let [red, green, blue, alpha] = *bin;
    let twice = [red, green, blue, alpha, red, green, blue, alpha];
    let (pairs, last) = sums.as_chunks_mut::<8>();
    let (pair_weights, last_weights) = weights.as_chunks::<8>();
    for (sums, weights) in pairs.iter_mut().zip(pair_weights) {
        for i in 0..8 {
            sums[i] += weights[i] * twice[i];
        }
    }
    for ((sum, weight), channel) in last.iter_mut().zip(last_weights).zip(bin) {
        *sum += weight * channel;
    }
}
