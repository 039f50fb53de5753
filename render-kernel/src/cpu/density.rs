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
//! flam3 scatters: it walks over the bins and adds each one's kernel to its surroundings. Here every row of the
//! result collects from the rows around it, in a fixed order, so rows can be computed side by side.

use rayon::prelude::*;

use super::RenderError;
use super::histogram::Histogram;
use crate::plan::{DensityPlan, HIT, Kernels, Shape};

/// A bin after the logarithm.
pub(super) type LogBin = [f32; 4];

/// The kernel of a bin that is not spread at all.
const NOTHING: u16 = u16::MAX;

/// Logarithmic density, summed over the passes.
pub(super) struct LogPlane {
    pub(super) width: usize,
    bins: Vec<LogBin>,
}

/// The rows that density estimation collects from.
struct Source {
    width: usize,
    height: usize,
    bins: Vec<LogBin>,
    /// Index of each bin's kernel.
    kernels: Vec<u16>,
    /// The widest reach in each row.
    reaches: Vec<u16>,
}

impl LogPlane {
    /// An empty plane of `shape`.
    pub(super) fn new(shape: &Shape) -> Self {
        let width = shape.bins_wide() as usize;
        Self {
            width,
            bins: vec![[0.0; 4]; width * shape.bins_high() as usize],
        }
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
    histogram: &Histogram,
    plane: &mut LogPlane,
    cancelled: &(dyn Fn() -> bool + Sync),
) -> Result<(), RenderError> {
    let width = plane.width;
    let go_on = || {
        if cancelled() {
            Err(RenderError::Cancelled)
        } else {
            Ok(())
        }
    };
    let Some(kernels) = &plan.kernels else {
        return plane
            .bins
            .par_chunks_exact_mut(width)
            .enumerate()
            .try_for_each(|(y, row)| {
                go_on()?;
                for (x, bin) in row.iter_mut().enumerate() {
                    add(bin, 1.0, &log_bin(plan, histogram, x, y));
                }
                Ok(())
            });
    };
    let source = Source::new(plan, kernels, histogram, &go_on)?;
    plane
        .bins
        .par_chunks_exact_mut(width)
        .enumerate()
        .try_for_each(|(y, row)| {
            go_on()?;
            source.collect_row(kernels, y, row);
            Ok(())
        })
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
            kernels: vec![NOTHING; width * height],
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
                    choices[x] = kernel as u16;
                    *reach = (*reach).max(kernels.reach[kernel]);
                }
                Ok(())
            },
        )?;
        Ok(source)
    }

    /// Adds to `row`, row `y` of the plane, what the bins around it spread there.
    fn collect_row(&self, kernels: &Kernels, y: usize, row: &mut [LogBin]) {
        let widest = usize::from(kernels.reach[0]);
        for source_y in y.saturating_sub(widest)..(y + widest + 1).min(self.height) {
            let distance = source_y.abs_diff(y);
            if usize::from(self.reaches[source_y]) < distance {
                continue;
            }
            let first = source_y * self.width;
            for x in 0..self.width {
                let kernel = self.kernels[first + x];
                if kernel == NOTHING || usize::from(kernels.reach[usize::from(kernel)]) < distance {
                    continue;
                }
                spread(
                    kernels.row(usize::from(kernel), distance),
                    &self.bins[first + x],
                    x,
                    row,
                );
            }
        }
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

/// Adds one row of a bin's kernel to `row`; `weights` are for 0, 1, 2 … bins beside column `x`.
#[inline]
fn spread(weights: &[f32], bin: &LogBin, x: usize, row: &mut [LogBin]) {
    let left = (weights.len() - 1).min(x);
    for (sum, &weight) in row[x - left..x].iter_mut().rev().zip(&weights[1..]) {
        add(sum, weight, bin);
    }
    for (sum, &weight) in row[x..].iter_mut().zip(weights) {
        add(sum, weight, bin);
    }
}
