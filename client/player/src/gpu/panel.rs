//! Third pass: a panel of text over the screen.

use woolgather_shaders::{layout::OverlayUniform, present};

use super::{Binding, Gpu, Pass, Texture};
use crate::text::Panel;

/// The pass, for targets of one format, and the panel it shows.
#[derive(Debug)]
pub(crate) struct PanelPass {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    uniform: wgpu::Buffer,
    panel: Option<Texture>,
}

impl PanelPass {
    pub(crate) fn new(gpu: &Gpu, target: wgpu::TextureFormat) -> Self {
        let layout = gpu.bind_group_layout("panel", &[Binding::Uniform, Binding::Texels]);
        let pipeline = gpu.pipeline(&Pass {
            label: "panel",
            text: present::OVERLAY,
            vertex: present::OVERLAY_VERTEX,
            fragment: present::OVERLAY_FRAGMENT,
            layout: &layout,
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            target,
            blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
            constants: &[],
        });
        Self {
            pipeline,
            layout,
            uniform: gpu.uniform_buffer::<OverlayUniform>("panel"),
            panel: None,
        }
    }

    /// Takes another panel; `None` or an empty one shows nothing.
    pub(crate) fn set(&mut self, gpu: &Gpu, panel: Option<&Panel>) {
        self.panel = panel.filter(|panel| !panel.rgba.is_empty()).map(|panel| {
            let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
            let size = (panel.width, panel.height);
            let texture = gpu.texture(size, wgpu::TextureFormat::Rgba8Unorm, usage);
            gpu.upload(&texture, &panel.rgba);
            texture
        });
    }

    /// Draws the panel into the left bottom corner of a target of `size` pixels.
    pub(crate) fn draw(
        &self,
        gpu: &Gpu,
        pass: &mut wgpu::RenderPass<'_>,
        size: (u32, u32),
        opacity: f32,
    ) {
        let Some(panel) = self.panel.as_ref().filter(|_| opacity > 0.0) else {
            return;
        };
        let uniform = OverlayUniform {
            corner: [0.0, size.1 as f32 - panel.size.1 as f32],
            size: [panel.size.0 as f32, panel.size.1 as f32],
            screen: [size.0 as f32, size.1 as f32],
            opacity,
            unused: 0,
        };
        gpu.queue
            .write_buffer(&self.uniform, 0, bytemuck::bytes_of(&uniform));
        let bind_group = gpu.bind_group(
            &self.layout,
            &[self.uniform.as_entire_binding(), panel.binding()],
        );
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &bind_group, &[]);
        pass.draw(0..4, 0..1);
    }
}
