//! First pass: decoded planes to an RGB picture of the same size, once for each picture.
//!
//! The picture has 10 bits a channel, like the film, in a format every adapter can both draw into
//! and filter.

use woolgather_shaders::{layout::PlanesUniform, present};
use woolgather_video::DecodedFrame;

use super::{Binding, Gpu, Pass, Texture, fill};

const PICTURE_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgb10a2Unorm;

/// The pass, and the textures its planes travel in.
#[derive(Debug)]
pub(crate) struct PlanesPass {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    uniform: wgpu::Buffer,
    upper: Option<PlaneTextures>,
    under: Option<PlaneTextures>,
}

/// The three planes of one frame.
#[derive(Debug)]
struct PlaneTextures {
    luma: Texture,
    chroma_blue: Texture,
    chroma_red: Texture,
}

impl PlanesPass {
    pub(crate) fn new(gpu: &Gpu) -> Self {
        let layout = gpu.bind_group_layout(
            "planes",
            &[
                Binding::Uniform,
                Binding::Codes,
                Binding::Codes,
                Binding::Codes,
                Binding::Codes,
                Binding::Codes,
                Binding::Codes,
            ],
        );
        let pipeline = gpu.pipeline(&Pass {
            label: "planes",
            text: present::PLANES,
            vertex: present::FULL_SCREEN,
            fragment: present::PLANES_FRAGMENT,
            layout: &layout,
            topology: wgpu::PrimitiveTopology::TriangleList,
            target: PICTURE_FORMAT,
            blend: None,
        });
        Self {
            pipeline,
            layout,
            uniform: gpu.uniform_buffer::<PlanesUniform>("planes"),
            upper: None,
            under: None,
        }
    }

    /// An empty picture for frames of this size.
    pub(crate) fn picture(gpu: &Gpu, size: (u32, u32)) -> Texture {
        let usage = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING;
        gpu.texture(size, PICTURE_FORMAT, usage)
    }

    /// Draws `frame` into `target`, which has its size; over `under` with `share`, if there is one.
    pub(crate) fn draw(
        &mut self,
        gpu: &Gpu,
        frame: &DecodedFrame,
        under: Option<&DecodedFrame>,
        share: f32,
        target: &Texture,
    ) {
        let upper = upload(gpu, &mut self.upper, frame);
        let under_size = under.map_or(upper.luma.size, |under| (under.width, under.height));
        let uniform = PlanesUniform {
            size: upper.luma.size.into(),
            under_size: under_size.into(),
            share: if under.is_some() { share } else { 1.0 },
            unused: 0,
        };
        gpu.queue
            .write_buffer(&self.uniform, 0, bytemuck::bytes_of(&uniform));
        let lower = match under {
            Some(under) => upload(gpu, &mut self.under, under),
            None => upper,
        };
        let bind_group = gpu.bind_group(
            &self.layout,
            &[
                self.uniform.as_entire_binding(),
                upper.luma.binding(),
                upper.chroma_blue.binding(),
                upper.chroma_red.binding(),
                lower.luma.binding(),
                lower.chroma_blue.binding(),
                lower.chroma_red.binding(),
            ],
        );
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        fill(&mut encoder, &target.view, |pass| {
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &bind_group, &[]);
            pass.draw(0..3, 0..1);
        });
        gpu.queue.submit([encoder.finish()]);
    }
}

/// Puts the planes of `frame` into `slot`, with new textures where the size has changed.
fn upload<'a>(
    gpu: &Gpu,
    slot: &'a mut Option<PlaneTextures>,
    frame: &DecodedFrame,
) -> &'a PlaneTextures {
    let size = (frame.width, frame.height);
    if slot
        .as_ref()
        .is_some_and(|textures| textures.luma.size != size)
    {
        *slot = None;
    }
    let textures = slot.get_or_insert_with(|| {
        let chroma = (size.0.div_ceil(2), size.1.div_ceil(2));
        let usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
        let plane = |size| gpu.texture(size, wgpu::TextureFormat::R16Uint, usage);
        PlaneTextures {
            luma: plane(size),
            chroma_blue: plane(chroma),
            chroma_red: plane(chroma),
        }
    });
    gpu.upload(&textures.luma, bytemuck::cast_slice(&frame.luma));
    gpu.upload(
        &textures.chroma_blue,
        bytemuck::cast_slice(&frame.chroma_blue),
    );
    gpu.upload(
        &textures.chroma_red,
        bytemuck::cast_slice(&frame.chroma_red),
    );
    textures
}
