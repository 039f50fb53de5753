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

use std::ops::Range;

use rayon::prelude::*;

use super::RenderError;
use super::histogram::Histogram;
use super::width::Width;
use crate::plan::{DensityPlan, HIT, Kernels, Shape};

/// A bin after the logarithm.
pub(super) type LogBin = [f32; 4];

/// Rows of a band: enough that the rows around it are few beside it, and that its bins stay in the cache.
const BAND: usize = 16;

/// Asked between rows; an error ends the stage.
pub(super) type GoOn<'a> = dyn Fn() -> Result<(), RenderError> + Sync + 'a;

/// Logarithmic density, summed over the passes.
pub(super) struct LogPlane {
    pub(super) width: usize,
    height: usize,
    /// Empty until the first pass is added.
    bins: Vec<LogBin>,
}

/// The rows that density estimation collects from.
pub(super) struct Source {
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
    let width = Width::widest();
    bands.try_for_each(|(band, rows)| width.collect(&source, kernels, band * BAND, rows, &go_on))
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
        go_on: &GoOn<'_>,
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
    /// This is where a sparse picture's time goes. Inlined into what [`super::width`] compiles for a certain processor.
    #[inline(always)]
    pub(super) fn collect_here(
        &self,
        kernels: &Kernels,
        first: usize,
        rows: &mut [LogBin],
        go_on: &GoOn<'_>,
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
                let patch = Patch {
                    weights: kernels.weights(kernel).as_flattened(),
                    reach: usize::from(kernels.reach[kernel]),
                    lines: within(kernels.reach[kernel]),
                    at: [x, source_y],
                };
                patch.spread(bin, rows, first, self.width);
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

/// A bin's kernel laid over the plane.
struct Patch<'a> {
    /// Every weight four times, for the four channels; a row of the kernel's lower half after the other.
    weights: &'a [f32],
    /// Bins from its middle to its border.
    reach: usize,
    /// Rows of the plane that it is wanted in.
    lines: Range<usize>,
    /// Column and row of its middle.
    at: [usize; 2],
}

impl Patch<'_> {
    /// Adds `bin` times the kernel to `rows`, which begin with row `first` of a plane of `width` bins.
    #[inline(always)]
    fn spread(&self, bin: &LogBin, rows: &mut [LogBin], first: usize, width: usize) {
        let [x, _] = self.at;
        let inside = x >= self.reach && x + self.reach < width;
        // Narrow kernels are most of them; with their width known, nothing is left of the loop over a row.
        match if inside { self.reach } else { usize::MAX } {
            0 => self.spread_inside::<4>(bin, rows, first, width),
            1 => self.spread_inside::<12>(bin, rows, first, width),
            2 => self.spread_inside::<20>(bin, rows, first, width),
            3 => self.spread_inside::<28>(bin, rows, first, width),
            4 => self.spread_inside::<36>(bin, rows, first, width),
            5 => self.spread_inside::<44>(bin, rows, first, width),
            6 => self.spread_inside::<52>(bin, rows, first, width),
            7 => self.spread_inside::<60>(bin, rows, first, width),
            _ => self.spread_anywhere(bin, rows, first, width),
        }
    }

    /// The same for a kernel with rows of `N` numbers, none of which lies outside the plane.
    #[inline(always)]
    fn spread_inside<const N: usize>(
        &self,
        bin: &LogBin,
        rows: &mut [LogBin],
        first: usize,
        width: usize,
    ) {
        let [x, source_y] = self.at;
        let (weights, _) = self.weights.as_chunks::<N>();
        let sums = rows.as_flattened_mut();
        for y in self.lines.clone() {
            let left = 4 * ((y - first) * width + x - self.reach);
            let Some(sums) = sums[left..].first_chunk_mut::<N>() else {
                return;
            };
            add_products(sums, &weights[y.abs_diff(source_y)], bin);
        }
    }

    /// The same for any kernel anywhere.
    #[inline(always)]
    fn spread_anywhere(&self, bin: &LogBin, rows: &mut [LogBin], first: usize, width: usize) {
        let [x, source_y] = self.at;
        let side = 2 * self.reach + 1;
        let columns = x.saturating_sub(self.reach)..(x + self.reach + 1).min(width);
        let skipped = columns.start + self.reach - x;
        for y in self.lines.clone() {
            let row = &mut rows[(y - first) * width..][..width];
            let weights = &self.weights[4 * (y.abs_diff(source_y) * side + skipped)..];
            let sums = row[columns.clone()].as_flattened_mut();
            add_products(sums, &weights[..sums.len()], bin);
        }
    }
}

/// Adds `bin` times `weights` to `sums`.
#[inline(always)]
fn add_products(sums: &mut [f32], weights: &[f32], bin: &LogBin) {
    // Four bins at a time, then one, for vectors of sixteen numbers and of four.
    let mut four = [0.0; 16];
    for (i, channel) in four.iter_mut().enumerate() {
        *channel = bin[i % 4];
    }
    let (fours, sums) = sums.as_chunks_mut::<16>();
    let (four_weights, weights) = weights.as_chunks::<16>();
    for (sums, weights) in fours.iter_mut().zip(four_weights) {
        let mut products = *weights;
        for i in 0..16 {
            products[i] *= four[i];
        }
        for i in 0..16 {
            sums[i] += products[i];
        }
    }
    let (ones, _) = sums.as_chunks_mut::<4>();
    let (one_weights, _) = weights.as_chunks::<4>();
    for (sums, weights) in ones.iter_mut().zip(one_weights) {
        for i in 0..4 {
            sums[i] += weights[i] * bin[i];
        }
    }
}
