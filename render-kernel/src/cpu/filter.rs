//! The spatial filter: a weighted sum of bins for every pixel.
//!
//! ```text
//! [LogPlane] -> [row of pixels, red green blue alpha, 0 to about 255]
//! ```
//!
//! The kernel comes from the plan, which also says what the names mean.

use super::density::{LogBin, LogPlane};
use crate::plan::{FilterPlan, Shape};

/// Filters the bins of row `y` of the frame into `pixels`.
pub(super) fn filter_row(
    filter: &FilterPlan,
    shape: &Shape,
    plane: &LogPlane,
    y: usize,
    pixels: &mut [LogBin],
) {
    let side = filter.width as usize;
    let supersample = shape.supersample as usize;
    // The kernel is as odd or even as the supersample, so it sits in the middle of its pixel.
    let offset = shape.gutter as usize - (side - supersample) / 2;
    pixels.fill([0.0; 4]);
    for (j, weights) in filter.kernel.chunks_exact(side).enumerate() {
        let row = &plane.row(offset + y * supersample + j)[offset..];
        for (x, pixel) in pixels.iter_mut().enumerate() {
            for (bin, &weight) in row[x * supersample..].iter().zip(weights) {
                for (sum, channel) in pixel.iter_mut().zip(bin) {
                    *sum += weight * channel;
                }
            }
        }
    }
}
