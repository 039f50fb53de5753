//! The compiled stages, and stages with their buffers.

use woolgather_shaders::develop::{
    Band, CLIP_BINS, COLLECT, DENSITY, FILTER, FILTER_LINEAR, FILTER_PIXELS, LOG_ONLY, MAKE_PLANES,
    PLANES, PREPARE,
};

use super::super::GpuError;
use super::super::device::GpuDevice;

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

/// An entry point and what it wants bound.
#[derive(Clone)]
pub(super) struct Pipeline {
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
    slots: &'static [(u32, Slot)],
}

/// How a shader sees a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Uniform,
    /// One band of the buffer of bands; which one is said with the dispatch.
    Band,
    Read,
    Write,
}

/// A pipeline with its buffers.
pub(super) struct Stage {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
}

impl DevelopPipelines {
    /// Compiles every stage.
    ///
    /// # Errors
    ///
    /// [`GpuError::Invalid`] where a text or the driver's compiler is at fault.
    pub(crate) fn new(device: &GpuDevice) -> Result<Self, GpuError> {
        // The numbers are those of the texts.
        let compiled = |text, entry, slots| Pipeline::new(device, text, entry, slots);
        Ok(Self {
            log_only: compiled(
                DENSITY,
                LOG_ONLY,
                &[
                    (0, Slot::Uniform),
                    (1, Slot::Band),
                    (2, Slot::Read),
                    (3, Slot::Read),
                    (11, Slot::Write),
                ],
            )?,
            prepare: compiled(
                DENSITY,
                PREPARE,
                &[
                    (0, Slot::Uniform),
                    (1, Slot::Band),
                    (2, Slot::Read),
                    (3, Slot::Read),
                    (4, Slot::Read),
                    (5, Slot::Read),
                    (6, Slot::Read),
                    (7, Slot::Write),
                    (8, Slot::Write),
                    (9, Slot::Write),
                ],
            )?,
            collect: compiled(
                DENSITY,
                COLLECT,
                &[
                    (0, Slot::Uniform),
                    (1, Slot::Band),
                    (6, Slot::Read),
                    (7, Slot::Write),
                    (8, Slot::Write),
                    (9, Slot::Write),
                    (10, Slot::Read),
                    (11, Slot::Write),
                ],
            )?,
            clip_bins: compiled(
                FILTER,
                CLIP_BINS,
                &[(0, Slot::Uniform), (1, Slot::Band), (2, Slot::Write)],
            )?,
            filter_pixels: compiled(
                FILTER,
                FILTER_PIXELS,
                &[
                    (0, Slot::Uniform),
                    (1, Slot::Band),
                    (2, Slot::Write),
                    (3, Slot::Read),
                    (4, Slot::Write),
                ],
            )?,
            filter_linear: compiled(
                FILTER,
                FILTER_LINEAR,
                &[
                    (0, Slot::Uniform),
                    (1, Slot::Band),
                    (2, Slot::Write),
                    (3, Slot::Read),
                    (5, Slot::Write),
                ],
            )?,
            make_planes: compiled(
                PLANES,
                MAKE_PLANES,
                &[(0, Slot::Uniform), (1, Slot::Read), (2, Slot::Write)],
            )?,
        })
    }
}

impl Pipeline {
    fn new(
        device: &GpuDevice,
        text: &str,
        entry: &str,
        slots: &'static [(u32, Slot)],
    ) -> Result<Self, GpuError> {
        let entries: Vec<_> = slots
            .iter()
            .map(|&(binding, slot)| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    ty: match slot {
                        Slot::Uniform | Slot::Band => wgpu::BufferBindingType::Uniform,
                        Slot::Read => wgpu::BufferBindingType::Storage { read_only: true },
                        Slot::Write => wgpu::BufferBindingType::Storage { read_only: false },
                    },
                    has_dynamic_offset: slot == Slot::Band,
                    min_binding_size: None,
                },
                count: None,
            })
            .collect();
        let layout = device
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some(entry),
                entries: &entries,
            });
        Ok(Self {
            pipeline: device.compute_pipeline(entry, text, entry, &layout)?,
            layout,
            slots,
        })
    }

    /// The stage over `buffers`, in the order of the slots.
    pub(super) fn bind(&self, device: &GpuDevice, buffers: &[&wgpu::Buffer]) -> Stage {
        let entries: Vec<_> = self
            .slots
            .iter()
            .zip(buffers)
            .map(|(&(binding, slot), buffer)| wgpu::BindGroupEntry {
                binding,
                resource: if slot == Slot::Band {
                    wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                        buffer,
                        offset: 0,
                        size: wgpu::BufferSize::new(u64::from(Band::STRIDE)),
                    })
                } else {
                    buffer.as_entire_binding()
                },
            })
            .collect();
        Stage {
            pipeline: self.pipeline.clone(),
            group: device.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: None,
                layout: &self.layout,
                entries: &entries,
            }),
        }
    }
}

impl Stage {
    /// Runs `groups` workgroups; `offsets` says which band, where the stage has bands.
    pub(super) fn dispatch(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        offsets: &[u32],
        groups: [u32; 2],
    ) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.group, offsets);
        pass.dispatch_workgroups(groups[0], groups[1], 1);
    }
}
