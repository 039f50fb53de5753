//! The histogram on the device: 64-bit sums as two words, for shaders that can only add 32 bits atomically.
//!
//! A hit adds to the low word; where that wraps round, one is added to the high word. Sums are exact however many hits a
//! bin takes, and do not depend on the order of the hits, as on the processor.
//!
//! # Shapes and units
//!
//! Those of `cpu/histogram.rs`: bin `y * bins_wide + x`, in units of 1 / `plan::HIT` of a full hit. `low` and `high` have
//! four words a bin (red, green, blue, alpha), `counts` two (low, high), where what a hit counts is not what it adds to
//! alpha.

use super::GpuError;
use super::device::GpuDevice;
use crate::packing::has_counts;
use crate::plan::{FramePlan, Shape};

/// What the chaos game fills.
pub(crate) struct HistogramBuffers {
    /// Low words of red, green, blue and alpha.
    pub(crate) low: wgpu::Buffer,
    /// Their high words.
    pub(crate) high: wgpu::Buffer,
    /// Low and high words of the count, where it differs from alpha.
    pub(crate) counts: Option<wgpu::Buffer>,
}

/// Bins of a histogram of `shape`.
pub(super) fn bins(shape: &Shape) -> u64 {
    u64::from(shape.bins_wide()) * u64::from(shape.bins_high())
}

impl HistogramBuffers {
    /// Device memory that the histogram of `plan` takes.
    pub(super) fn bytes(plan: &FramePlan) -> u64 {
        bins(&plan.shape) * if has_counts(plan) { 40 } else { 32 }
    }

    /// An empty histogram for `plan`.
    pub(super) fn new(device: &GpuDevice, plan: &FramePlan) -> Result<Self, GpuError> {
        let bins = bins(&plan.shape);
        Ok(Self {
            low: device.storage("histogram", bins * 16)?,
            high: device.storage("histogram", bins * 16)?,
            counts: if has_counts(plan) {
                Some(device.storage("histogram", bins * 8)?)
            } else {
                None
            },
        })
    }

    /// Empties it.
    pub(super) fn clear(&self, encoder: &mut wgpu::CommandEncoder) {
        for buffer in [Some(&self.low), Some(&self.high), self.counts.as_ref()]
            .into_iter()
            .flatten()
        {
            encoder.clear_buffer(buffer, 0, None);
        }
    }
}
