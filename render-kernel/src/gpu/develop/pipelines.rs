//! The compiled stages, with the bindings of their texts.

use woolgather_shaders::develop::{
    CLIP_BINS, COLLECT, DENSITY, FILTER, FILTER_LINEAR, FILTER_PIXELS, LOG_ONLY, MAKE_PLANES,
    PLANES, PREPARE,
};

use super::super::GpuError;
use super::super::device::GpuDevice;
use super::super::pipeline::Pipeline;
use super::super::pipeline::Slot::{Band, Read, Uniform, Write};

/// Everything that a [`super::Development`] runs; made once for a device.
pub(crate) struct DevelopPipelines {
    pub(super) log_only: Pipeline,
    pub(super) prepare: Pipeline,
    pub(super) collect: Pipeline,
    pub(super) clip_bins: Pipeline,
    pub(super) filter_pixels: Pipeline,
    pub(super) filter_linear: Pipeline,
    pub(super) make_planes: Pipeline,
}

impl DevelopPipelines {
    /// Compiles every stage.
    ///
    /// # Errors
    ///
    /// [`GpuError::Invalid`] where a text or the driver's compiler is at fault.
    #[rustfmt::skip]
    pub(crate) fn new(device: &GpuDevice) -> Result<Self, GpuError> {
        let frame = [(0, Uniform), (1, Band)];
        let compiled = |text, entry, slots: &[_]| {
            Pipeline::new(device, text, entry, &[&frame, slots].concat())
        };
        Ok(Self {
            log_only: compiled(DENSITY, LOG_ONLY, &[(2, Read), (3, Read), (11, Write)])?,
            prepare: compiled(DENSITY, PREPARE, &[
                (2, Read), (3, Read), (4, Read), (5, Read), (6, Read), (7, Write), (8, Write), (9, Write),
            ])?,
            collect: compiled(DENSITY, COLLECT, &[
                (6, Read), (7, Write), (8, Write), (9, Write), (10, Read), (11, Write),
            ])?,
            clip_bins: compiled(FILTER, CLIP_BINS, &[(2, Write)])?,
            filter_pixels: compiled(FILTER, FILTER_PIXELS, &[(2, Write), (3, Read), (4, Write)])?,
            filter_linear: compiled(FILTER, FILTER_LINEAR, &[(2, Write), (3, Read), (5, Write)])?,
            // No bands: see `Development::planes`.
            make_planes: Pipeline::new(device, PLANES, MAKE_PLANES, &[(0, Uniform), (1, Read), (2, Write)])?,
        })
    }
}
