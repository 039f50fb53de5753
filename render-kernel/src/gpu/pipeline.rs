//! Compiled entry points, and the same with their buffers bound.

use woolgather_shaders::develop::Band;

use super::GpuError;
use super::device::GpuDevice;

/// How a shader sees a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// A few numbers.
    Uniform,
    /// One band of the buffer of bands; which one is said with the dispatch.
    Band,
    /// Storage that is read.
    Read,
    /// Storage that is read and written.
    Write,
}

/// An entry point and what it wants bound.
#[derive(Clone)]
pub(super) struct Pipeline {
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
    slots: Vec<(u32, Slot)>,
}

/// A pipeline with its buffers.
pub(super) struct Stage {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
}

impl Pipeline {
    /// Compiles the entry point `entry` of the WGSL `text`, whose bindings are `slots`.
    ///
    /// # Errors
    ///
    /// [`GpuError::Invalid`] where the text or the driver's compiler is at fault.
    pub(super) fn new(
        device: &GpuDevice,
        text: &str,
        entry: &str,
        slots: &[(u32, Slot)],
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
            pipeline: device.compute_pipeline(text, entry, &layout)?,
            layout,
            slots: slots.to_vec(),
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
