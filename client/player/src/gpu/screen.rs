//! Second pass: two neighbouring pictures to the screen, scaled, framed and blended.

use woolgather_shaders::{layout::ScreenUniform, present};

use super::{Binding, Gpu, Pass, Texture, target_constants};
use crate::framing::Framing;

/// The pass, for targets of one format, with blending or without.
#[derive(Debug)]
pub(crate) struct ScreenPass {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
    uniform: wgpu::Buffer,
}

impl ScreenPass {
    pub(crate) fn new(gpu: &Gpu, target: wgpu::TextureFormat, blending: bool) -> Self {
        let layout = gpu.bind_group_layout(
            "screen",
            &[
                Binding::Uniform,
                Binding::Sampler,
                Binding::Picture,
                Binding::Picture,
            ],
        );
        let [is_linear, steps] = target_constants(target);
        let pipeline = gpu.pipeline(&Pass {
            label: "screen",
            text: present::SCREEN,
            vertex: present::FULL_SCREEN,
            fragment: present::SCREEN_FRAGMENT,
            layout: &layout,
            topology: wgpu::PrimitiveTopology::TriangleList,
            target,
            blend: None,
            constants: &[
                (present::BLENDING, f64::from(u8::from(blending))),
                is_linear,
                steps,
            ],
        });
        let sampler = gpu.device.create_sampler(&wgpu::SamplerDescriptor {
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        Self {
            pipeline,
            layout,
            sampler,
            uniform: gpu.uniform_buffer::<ScreenUniform>("screen"),
        }
    }

    /// Draws the whole target, `size` pixels large, from the two pictures; from the earlier alone if
    /// the pass was made without blending.
    pub(crate) fn draw(
        &self,
        gpu: &Gpu,
        pass: &mut wgpu::RenderPass<'_>,
        size: (u32, u32),
        [earlier, later]: [&Texture; 2],
        blend: f32,
    ) {
        let Framing { scale, offset } = Framing::of(earlier.size, size);
        let uniform = ScreenUniform {
            scale,
            offset,
            size: [size.0 as f32, size.1 as f32],
            blend,
            unused: 0,
        };
        gpu.queue
            .write_buffer(&self.uniform, 0, bytemuck::bytes_of(&uniform));
        let bind_group = gpu.bind_group(
            &self.layout,
            &[
                self.uniform.as_entire_binding(),
                wgpu::BindingResource::Sampler(&self.sampler),
                earlier.binding(),
                later.binding(),
            ],
        );
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &bind_group, &[]);
        pass.draw(0..3, 0..1);
    }
}
