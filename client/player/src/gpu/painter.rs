//! Pictures and text onto a target.
//!
//! Keeps the last two converted pictures, so that each is converted once however often the screen
//! shows it.

use super::panel::PanelPass;
use super::planes::PlanesPass;
use super::processor::Processor;
use super::screen::ScreenPass;
use super::{Gpu, Texture, draw_over, fill};
use crate::caption::{Glimpse, SHEETS};
use crate::projection::Picture;
use crate::text::Panel;

/// What to show at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) shown: &'a Picture,
    pub(crate) next: Option<&'a Picture>,
    /// How far from the one to the other, 0 to 1.
    pub(crate) blend: f32,
    /// Of the text.
    pub(crate) glimpses: [Glimpse; SHEETS],
}

/// Who turns planes into colours.
#[derive(Debug)]
enum Conversion {
    Card(Box<PlanesPass>),
    Processor(Processor),
}

/// Paints scenes onto targets of one format.
#[derive(Debug)]
pub(crate) struct Painter {
    conversion: Conversion,
    screen: ScreenPass,
    panel: PanelPass,
    /// Converted pictures and their numbers.
    converted: [Option<(u64, Texture)>; 2],
}

impl Painter {
    /// For graphics cards.
    pub(crate) fn new(gpu: &Gpu, target: wgpu::TextureFormat) -> Self {
        Self::with(
            gpu,
            target,
            Conversion::Card(Box::new(PlanesPass::new(gpu))),
        )
    }

    /// For adapters that are software: they have no time for two pictures, so that a scene's next one is left out, and
    /// where nothing is to be scaled nothing is drawn but the text.
    pub(crate) fn without_a_card(gpu: &Gpu, target: wgpu::TextureFormat) -> Self {
        let conversion = Conversion::Processor(Processor::default());
        Self::with(gpu, target, conversion)
    }

    fn with(gpu: &Gpu, target: wgpu::TextureFormat, conversion: Conversion) -> Self {
        let has_card = matches!(conversion, Conversion::Card(_));
        Self {
            conversion,
            screen: ScreenPass::new(gpu, target, has_card),
            panel: PanelPass::new(gpu, target),
            converted: [None, None],
        }
    }

    /// Changes the text that lies over the scenes from now on, on the sheets that have any.
    pub(crate) fn set_panels(&mut self, gpu: &Gpu, panels: [Option<&Panel>; SHEETS]) {
        self.panel.set(gpu, panels);
    }

    /// Paints `scene` onto `target`, which is `size` pixels large.
    pub(crate) fn paint(
        &mut self,
        gpu: &Gpu,
        target: &wgpu::TextureView,
        size: (u32, u32),
        scene: &Scene<'_>,
    ) {
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        if let Conversion::Processor(processor) = &mut self.conversion
            && processor.write(gpu, scene.shown, target.texture())
        {
            if scene.glimpses.iter().any(|glimpse| glimpse.opacity > 0.0) {
                draw_over(&mut encoder, target, |pass| {
                    self.panel.draw(gpu, pass, size, &scene.glimpses);
                });
            }
            gpu.queue.submit([encoder.finish()]);
            return;
        }
        let next = scene.next.filter(|_| scene.blend > 0.0);
        let shown_slot = self.convert(gpu, scene.shown, next);
        let next_slot = next.map_or(shown_slot, |next| {
            self.convert(gpu, next, Some(scene.shown))
        });
        let [Some(shown), Some(next)] =
            [shown_slot, next_slot].map(|slot| self.converted[slot].as_ref())
        else {
            unreachable!("both pictures were converted just now");
        };
        fill(&mut encoder, target, |pass| {
            let pictures = [&shown.1, &next.1];
            self.screen.draw(gpu, pass, size, pictures, scene.blend);
            self.panel.draw(gpu, pass, size, &scene.glimpses);
        });
        gpu.queue.submit([encoder.finish()]);
    }

    /// The slot that holds `picture`, converted now if it was not; the slot of `kept` stays.
    fn convert(&mut self, gpu: &Gpu, picture: &Picture, kept: Option<&Picture>) -> usize {
        let number_in = |slot: usize| self.converted[slot].as_ref().map(|(number, _)| *number);
        if let Some(slot) = (0..2).find(|&slot| number_in(slot) == Some(picture.number)) {
            return slot;
        }
        let kept = kept.map(|kept| kept.number);
        let slot = usize::from(kept.is_some() && number_in(0) == kept);
        let size = (picture.frame.width, picture.frame.height);
        let texture = match self.converted[slot].take() {
            Some((_, texture)) if texture.size == size => texture,
            _ => match self.conversion {
                Conversion::Card(_) => PlanesPass::picture(gpu, size),
                Conversion::Processor(_) => Processor::picture(gpu, size),
            },
        };
        match &mut self.conversion {
            Conversion::Card(planes) => planes.draw(
                gpu,
                &picture.frame,
                picture.under.as_deref().map(|under| &**under),
                picture.share,
                &texture,
            ),
            Conversion::Processor(processor) => {
                processor.write(gpu, picture, &texture.texture);
            }
        }
        self.converted[slot] = Some((picture.number, texture));
        slot
    }
}
