//! The shaders of `woolgather-shaders`, run through wgpu.
//!
//! * [`Gpu`]: the adapter that can draw on the window, and its device.
//! * [`painter`]: a film's pictures and text onto a target. [`live_painter`]: the same for live flames.
//! * [`planes`], [`processor`], [`screen`], [`pixels`], [`panel`]: one pass each.
//! * [`readback`]: a target back into memory, for screenshots and tests.
//!
//! For films any adapter will do, a software one too: nothing beyond the baseline of WebGPU's downlevel
//! profile is asked for. Rendering live takes WebGPU's defaults.

#[cfg(test)]
mod color;
pub(crate) mod live_painter;
pub(crate) mod painter;
pub(crate) mod panel;
pub(crate) mod pixels;
pub(crate) mod planes;
pub(crate) mod processor;
pub(crate) mod readback;
pub(crate) mod screen;

use std::sync::{Arc, Mutex, PoisonError};

use woolgather_shaders::present;

use crate::flock::PlayError;

/// What a device is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Showing a film: light work, so of several adapters the frugal one is taken.
    Film,
    /// Rendering flames: the strong one, with the renderer's limits.
    Render,
}

impl Work {
    fn power(self) -> wgpu::PowerPreference {
        match self {
            Self::Film => wgpu::PowerPreference::LowPower,
            Self::Render => wgpu::PowerPreference::HighPerformance,
        }
    }

    /// What the device is opened with.
    fn needs(self, adapter: &wgpu::Adapter) -> (wgpu::Features, wgpu::Limits) {
        let (features, limits) = match self {
            Self::Film => (wgpu::Features::empty(), wgpu::Limits::downlevel_defaults()),
            Self::Render => woolgather_render_kernel::gpu::needs(adapter),
        };
        (features, limits.using_resolution(adapter.limits()))
    }
}

/// A device to draw with.
#[derive(Debug)]
pub(crate) struct Gpu {
    pub(crate) adapter: wgpu::Adapter,
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    failure: Arc<Mutex<Option<String>>>,
}

impl Gpu {
    /// Opens the adapter that draws on `surface`, or any adapter.
    ///
    /// # Errors
    ///
    /// [`PlayError::NoAdapter`] when there is none or it gives no device.
    pub(crate) fn open(
        instance: &wgpu::Instance,
        surface: Option<&wgpu::Surface<'_>>,
        work: Work,
    ) -> Result<Self, PlayError> {
        let no_adapter = |reason: String| PlayError::NoAdapter { reason };
        let options = wgpu::RequestAdapterOptions {
            power_preference: work.power(),
            compatible_surface: surface,
            ..Default::default()
        };
        let adapter = pollster::block_on(instance.request_adapter(&options))
            .map_err(|error| no_adapter(error.to_string()))?;
        let (required_features, required_limits) = work.needs(&adapter);
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("player"),
            required_features,
            required_limits,
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|error| no_adapter(error.to_string()))?;
        let failure = Arc::new(Mutex::new(None));
        let noted = Arc::clone(&failure);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            note(&noted, error.to_string());
        }));
        let noted = Arc::clone(&failure);
        device.set_device_lost_callback(move |reason, message| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                note(&noted, message);
            }
        });
        Ok(Self {
            adapter,
            device,
            queue,
            failure,
        })
    }

    /// Does the processor do the drawing?
    pub(crate) fn is_software(&self) -> bool {
        self.adapter.get_info().device_type == wgpu::DeviceType::Cpu
    }

    /// Longest side of a picture in pixels.
    pub(crate) fn side_max(&self) -> u32 {
        self.device.limits().max_texture_dimension_2d
    }

    /// Has the device failed since it was opened?
    ///
    /// # Errors
    ///
    /// [`PlayError::AdapterFailed`] with the first thing it complained about.
    pub(crate) fn check(&self) -> Result<(), PlayError> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        match failure.as_ref() {
            None => Ok(()),
            Some(reason) => Err(PlayError::AdapterFailed {
                reason: reason.clone(),
            }),
        }
    }

    /// A buffer for one uniform struct.
    fn uniform_buffer<T>(&self, label: &str) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: size_of::<T>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// A bind group layout whose entries are numbered in order.
    fn bind_group_layout(&self, label: &str, entries: &[Binding]) -> wgpu::BindGroupLayout {
        let entries: Vec<_> = (0..)
            .zip(entries)
            .map(|(binding, entry)| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: entry.visibility(),
                ty: entry.ty(),
                count: None,
            })
            .collect();
        self.device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some(label),
                entries: &entries,
            })
    }

    /// A bind group whose entries are numbered in order.
    fn bind_group(
        &self,
        layout: &wgpu::BindGroupLayout,
        resources: &[wgpu::BindingResource<'_>],
    ) -> wgpu::BindGroup {
        let entries: Vec<_> = (0..)
            .zip(resources)
            .map(|(binding, resource)| wgpu::BindGroupEntry {
                binding,
                resource: resource.clone(),
            })
            .collect();
        self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout,
            entries: &entries,
        })
    }

    /// A pipeline of one shader text that draws triangles onto one colour target.
    fn pipeline(&self, pass: &Pass<'_>) -> wgpu::RenderPipeline {
        let module = self
            .device
            .create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(pass.label),
                source: wgpu::ShaderSource::Wgsl(pass.text.into()),
            });
        let layout = self
            .device
            .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(pass.label),
                bind_group_layouts: &[Some(pass.layout)],
                immediate_size: 0,
            });
        self.device
            .create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some(pass.label),
                layout: Some(&layout),
                vertex: wgpu::VertexState {
                    module: &module,
                    entry_point: Some(pass.vertex),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    buffers: &[],
                },
                primitive: wgpu::PrimitiveState {
                    topology: pass.topology,
                    ..Default::default()
                },
                depth_stencil: None,
                multisample: wgpu::MultisampleState::default(),
                fragment: Some(wgpu::FragmentState {
                    module: &module,
                    entry_point: Some(pass.fragment),
                    compilation_options: wgpu::PipelineCompilationOptions {
                        constants: pass.constants,
                        ..Default::default()
                    },
                    targets: &[Some(wgpu::ColorTargetState {
                        format: pass.target,
                        blend: pass.blend,
                        write_mask: wgpu::ColorWrites::ALL,
                    })],
                }),
                multiview_mask: None,
                cache: None,
            })
    }

    /// A texture and its only view.
    fn texture(
        &self,
        (width, height): (u32, u32),
        format: wgpu::TextureFormat,
        usage: wgpu::TextureUsages,
    ) -> Texture {
        let texture = self.device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: extent((width, height)),
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage,
            view_formats: &[],
        });
        Texture {
            view: texture.create_view(&wgpu::TextureViewDescriptor::default()),
            size: (width, height),
            texture,
        }
    }

    /// Fills a texture from rows that follow each other without gaps.
    fn upload(&self, texture: &Texture, bytes: &[u8]) {
        write(self, &texture.texture, bytes);
    }
}

/// Fills a texture, one of the screen's too, from rows that follow each other without gaps.
fn write(gpu: &Gpu, texture: &wgpu::Texture, bytes: &[u8]) {
    let texel_bytes = texture.format().block_copy_size(None).unwrap_or(1);
    gpu.queue.write_texture(
        texture.as_image_copy(),
        bytes,
        wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(texture.width() * texel_bytes),
            rows_per_image: Some(texture.height()),
        },
        texture.size(),
    );
}

/// A texture, its view and its size in texels.
#[derive(Debug)]
pub(crate) struct Texture {
    texture: wgpu::Texture,
    pub(crate) view: wgpu::TextureView,
    pub(crate) size: (u32, u32),
}

impl Texture {
    fn binding(&self) -> wgpu::BindingResource<'_> {
        wgpu::BindingResource::TextureView(&self.view)
    }
}

/// What one pipeline is made of.
struct Pass<'a> {
    label: &'a str,
    text: &'a str,
    vertex: &'a str,
    fragment: &'a str,
    layout: &'a wgpu::BindGroupLayout,
    topology: wgpu::PrimitiveTopology,
    target: wgpu::TextureFormat,
    blend: Option<wgpu::BlendState>,
    /// The text's constants: 1 is true, 0 false.
    constants: &'a [(&'a str, f64)],
}

/// The kinds of bindings in use.
#[derive(Clone, Copy)]
enum Binding {
    Uniform,
    /// Words, read one by one.
    Words,
    Sampler,
    /// Read through a sampler.
    Picture,
    /// Read texel by texel.
    Texels,
    /// Whole numbers, read texel by texel.
    Codes,
}

impl Binding {
    /// Not every adapter lets vertex shaders read buffers of words, and none of ours want to.
    fn visibility(self) -> wgpu::ShaderStages {
        match self {
            Self::Words => wgpu::ShaderStages::FRAGMENT,
            _ => wgpu::ShaderStages::VERTEX_FRAGMENT,
        }
    }

    fn ty(self) -> wgpu::BindingType {
        let texture = |sample_type| wgpu::BindingType::Texture {
            sample_type,
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        };
        match self {
            Self::Uniform => wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            Self::Words => wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Storage { read_only: true },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            Self::Sampler => wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
            Self::Picture => texture(wgpu::TextureSampleType::Float { filterable: true }),
            Self::Texels => texture(wgpu::TextureSampleType::Float { filterable: false }),
            Self::Codes => texture(wgpu::TextureSampleType::Uint),
        }
    }
}

/// What the shaders are told about a target: whether it applies the sRGB curve, and how fine it is.
fn target_constants(format: wgpu::TextureFormat) -> [(&'static str, f64); 2] {
    let bits = match format {
        wgpu::TextureFormat::Rgb10a2Unorm => 10,
        _ => 8,
    };
    [
        (
            present::TARGET_IS_LINEAR,
            f64::from(u8::from(format.is_srgb())),
        ),
        (present::TARGET_STEPS, f64::from((1 << bits) - 1)),
    ]
}

fn extent((width, height): (u32, u32)) -> wgpu::Extent3d {
    wgpu::Extent3d {
        width,
        height,
        depth_or_array_layers: 1,
    }
}

/// Runs one render pass that fills `target` from black.
fn fill(
    encoder: &mut wgpu::CommandEncoder,
    target: &wgpu::TextureView,
    draw: impl FnOnce(&mut wgpu::RenderPass<'_>),
) {
    let black = wgpu::LoadOp::Clear(wgpu::Color::BLACK);
    run(encoder, target, black, draw);
}

/// Runs one render pass over what `target` shows.
fn draw_over(
    encoder: &mut wgpu::CommandEncoder,
    target: &wgpu::TextureView,
    draw: impl FnOnce(&mut wgpu::RenderPass<'_>),
) {
    run(encoder, target, wgpu::LoadOp::Load, draw);
}

fn run(
    encoder: &mut wgpu::CommandEncoder,
    target: &wgpu::TextureView,
    load: wgpu::LoadOp<wgpu::Color>,
    draw: impl FnOnce(&mut wgpu::RenderPass<'_>),
) {
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: None,
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: target,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load,
                store: wgpu::StoreOp::Store,
            },
        })],
        depth_stencil_attachment: None,
        timestamp_writes: None,
        occlusion_query_set: None,
        multiview_mask: None,
    });
    draw(&mut pass);
}

/// Keeps the first failure; what follows from it says less.
fn note(failure: &Mutex<Option<String>>, reason: String) {
    failure
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get_or_insert(reason);
}
