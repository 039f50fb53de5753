//! Pictures and text onto a target.
//!
//! Keeps the last two converted pictures, so that each is converted once however often the screen
//! shows it.

use super::panel::PanelPass;
use super::planes::PlanesPass;
use super::screen::ScreenPass;
use super::{Gpu, Texture, fill};
use crate::projection::Picture;
use crate::text::Panel;

/// What to show at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) shown: &'a Picture,
    pub(crate) next: Option<&'a Picture>,
    /// How far from the one to the other, 0 to 1.
    pub(crate) blend: f32,
    /// Of the text panel, 0 to 1.
    pub(crate) panel_opacity: f32,
}

/// Paints scenes onto targets of one format.
#[derive(Debug)]
pub(crate) struct Painter {
    planes: PlanesPass,
    screen: ScreenPass,
    panel: PanelPass,
    /// Converted pictures and their numbers.
    converted: [Option<(u64, Texture)>; 2],
}

impl Painter {
    /// Without `blending`, a scene's next picture is left out.
    pub(crate) fn new(gpu: &Gpu, target: wgpu::TextureFormat, blending: bool) -> Self {
        Self {
            planes: PlanesPass::new(gpu),
            screen: ScreenPass::new(gpu, target, blending),
            panel: PanelPass::new(gpu, target),
            converted: [None, None],
        }
    }

    /// Changes the text that lies over the scenes from now on.
    pub(crate) fn set_panel(&mut self, gpu: &Gpu, panel: Option<&Panel>) {
        self.panel.set(gpu, panel);
    }

    /// Paints `scene` onto `target`, which is `size` pixels large.
    pub(crate) fn paint(
        &mut self,
        gpu: &Gpu,
        target: &wgpu::TextureView,
        size: (u32, u32),
        scene: &Scene<'_>,
    ) {
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
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        fill(&mut encoder, target, |pass| {
            let pictures = [&shown.1, &next.1];
            self.screen.draw(gpu, pass, size, pictures, scene.blend);
            self.panel.draw(gpu, pass, size, scene.panel_opacity);
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
        let target = match self.converted[slot].take() {
            Some((_, texture)) if texture.size == size => texture,
            _ => PlanesPass::picture(gpu, size),
        };
        self.planes.draw(
            gpu,
            &picture.frame,
            picture.under.as_deref(),
            picture.share,
            &target,
        );
        self.converted[slot] = Some((picture.number, target));
        slot
    }
}
