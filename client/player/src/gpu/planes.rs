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
    plain: wgpu::RenderPipeline,
    fading: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    uniform: wgpu::Buffer,
    upper: Option<PlaneTextures>,
    under: Option<PlaneTextures>,
}

/// The three planes of one frame, chroma blue and red side by side.
#[derive(Debug)]
struct PlaneTextures {
    luma: Texture,
    chroma: Texture,
    /// Both chroma planes on their way to the texture.
    pairs: Vec<[u16; 2]>,
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
            ],
        );
        let pipeline = |fading: f64| {
            gpu.pipeline(&Pass {
                label: "planes",
                text: present::PLANES,
                vertex: present::FULL_SCREEN,
                fragment: present::PLANES_FRAGMENT,
                layout: &layout,
                topology: wgpu::PrimitiveTopology::TriangleList,
                target: PICTURE_FORMAT,
                blend: None,
                constants: &[(present::FADING, fading)],
            })
        };
        Self {
            plain: pipeline(0.0),
            fading: pipeline(1.0),
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
            share,
            unused: 0,
        };
        gpu.queue
            .write_buffer(&self.uniform, 0, bytemuck::bytes_of(&uniform));
        let (pipeline, lower) = match under {
            Some(under) => (&self.fading, upload(gpu, &mut self.under, under)),
            None => (&self.plain, upper),
        };
        let bind_group = gpu.bind_group(
            &self.layout,
            &[
                self.uniform.as_entire_binding(),
                upper.luma.binding(),
                upper.chroma.binding(),
                lower.luma.binding(),
                lower.chroma.binding(),
            ],
        );
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        fill(&mut encoder, &target.view, |pass| {
            pass.set_pipeline(pipeline);
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
        PlaneTextures {
            luma: gpu.texture(size, wgpu::TextureFormat::R16Uint, usage),
            chroma: gpu.texture(chroma, wgpu::TextureFormat::Rg16Uint, usage),
            pairs: Vec::new(),
        }
    });
    let pairs = frame.chroma_blue.iter().zip(&frame.chroma_red);
    textures.pairs.clear();
    textures
        .pairs
        .extend(pairs.map(|(&blue, &red)| [blue, red]));
    gpu.upload(&textures.luma, bytemuck::cast_slice(&frame.luma));
    gpu.upload(&textures.chroma, bytemuck::cast_slice(&textures.pairs));
    textures
}
