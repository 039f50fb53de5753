//! The live renderer's pixels to the screen, in place of the film's first two passes.

use woolgather_shaders::{layout::PixelsUniform, present};

use super::{Binding, Gpu, Pass, target_constants};
use crate::framing::Framing;

/// The pass, for targets of one format.
#[derive(Debug)]
pub(crate) struct PixelsPass {
    scaling: wgpu::RenderPipeline,
    /// For pictures of exactly the screen's pixels.
    exact: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    uniform: wgpu::Buffer,
}

impl PixelsPass {
    pub(crate) fn new(gpu: &Gpu, target: wgpu::TextureFormat) -> Self {
        let layout = gpu.bind_group_layout("pixels", &[Binding::Uniform, Binding::Words]);
        let [is_linear, steps] = target_constants(target);
        let pipeline = |exact: bool| {
            gpu.pipeline(&Pass {
                label: "pixels",
                text: present::PIXELS,
                vertex: present::FULL_SCREEN,
                fragment: present::PIXELS_FRAGMENT,
                layout: &layout,
                topology: wgpu::PrimitiveTopology::TriangleList,
                target,
                blend: None,
                constants: &[
                    (present::EXACT, f64::from(u8::from(exact))),
                    is_linear,
                    steps,
                ],
            })
        };
        Self {
            scaling: pipeline(false),
            exact: pipeline(true),
            uniform: gpu.uniform_buffer::<PixelsUniform>("pixels"),
            layout,
        }
    }

    /// Draws the whole target, `size` pixels large, from a picture of `picture` pixels.
    pub(crate) fn draw(
        &self,
        gpu: &Gpu,
        pass: &mut wgpu::RenderPass<'_>,
        size: (u32, u32),
        words: &wgpu::Buffer,
        picture: (u32, u32),
    ) {
        let Framing { scale, offset } = Framing::of(picture, size);
        let uniform = PixelsUniform {
            scale,
            offset,
            size: [size.0 as f32, size.1 as f32],
            picture: [picture.0 as i32, picture.1 as i32],
        };
        gpu.queue
            .write_buffer(&self.uniform, 0, bytemuck::bytes_of(&uniform));
        let bind_group = gpu.bind_group(
            &self.layout,
            &[self.uniform.as_entire_binding(), words.as_entire_binding()],
        );
        pass.set_pipeline(if picture == size {
            &self.exact
        } else {
            &self.scaling
        });
        pass.set_bind_group(0, &bind_group, &[]);
        pass.draw(0..3, 0..1);
    }
}
