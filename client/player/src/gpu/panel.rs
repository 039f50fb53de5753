//! Third pass: panels of text over the screen.

use woolgather_shaders::{layout::OverlayUniform, present};

use super::{Binding, Gpu, Pass, Texture};
use crate::caption::{Glimpse, SHEETS};
use crate::text::Panel;

/// The pass, for targets of one format, and the panels it shows.
#[derive(Debug)]
pub(crate) struct PanelPass {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    sheets: [Sheet; SHEETS],
}

/// One panel.
#[derive(Debug)]
struct Sheet {
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
            sheets: [(); SHEETS].map(|()| Sheet {
                uniform: gpu.uniform_buffer::<OverlayUniform>("panel"),
                panel: None,
            }),
        }
    }

    /// Takes another panel for each sheet that has one; an empty one shows nothing.
    pub(crate) fn set(&mut self, gpu: &Gpu, panels: [Option<&Panel>; SHEETS]) {
        for (sheet, panel) in self.sheets.iter_mut().zip(panels) {
            if let Some(panel) = panel {
                sheet.panel = (!panel.rgba.is_empty()).then(|| upload(gpu, panel));
            }
        }
    }

    /// Draws what is seen of each sheet over a target of `size` pixels.
    pub(crate) fn draw(
        &self,
        gpu: &Gpu,
        pass: &mut wgpu::RenderPass<'_>,
        size: (u32, u32),
        glimpses: &[Glimpse; SHEETS],
    ) {
        for (sheet, glimpse) in self.sheets.iter().zip(glimpses) {
            self.draw_sheet(gpu, pass, size, sheet, *glimpse);
        }
    }

    fn draw_sheet(
        &self,
        gpu: &Gpu,
        pass: &mut wgpu::RenderPass<'_>,
        size: (u32, u32),
        sheet: &Sheet,
        Glimpse { corner, opacity }: Glimpse,
    ) {
        let Some(panel) = sheet.panel.as_ref().filter(|_| opacity > 0.0) else {
            return;
        };
        let uniform = OverlayUniform {
            corner: corner.place(panel.size, size),
            size: [panel.size.0 as f32, panel.size.1 as f32],
            screen: [size.0 as f32, size.1 as f32],
            opacity,
            unused: 0,
        };
        gpu.queue
            .write_buffer(&sheet.uniform, 0, bytemuck::bytes_of(&uniform));
        let bind_group = gpu.bind_group(
            &self.layout,
            &[sheet.uniform.as_entire_binding(), panel.binding()],
        );
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &bind_group, &[]);
        pass.draw(0..4, 0..1);
    }
}

fn upload(gpu: &Gpu, panel: &Panel) -> Texture {
    let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
    let size = (panel.width, panel.height);
    let texture = gpu.texture(size, wgpu::TextureFormat::Rgba8Unorm, usage);
    gpu.upload(&texture, &panel.rgba);
    texture
}
