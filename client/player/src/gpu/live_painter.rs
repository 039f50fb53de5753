//! A live flame and text onto a target.

use super::panel::PanelPass;
use super::pixels::PixelsPass;
use super::{Gpu, fill};
use crate::caption::{Glimpse, SHEETS};
use crate::text::Panel;

/// Paints onto targets of one format.
#[derive(Debug)]
pub(crate) struct LivePainter {
    pixels: PixelsPass,
    panel: PanelPass,
}

impl LivePainter {
    pub(crate) fn new(gpu: &Gpu, target: wgpu::TextureFormat) -> Self {
        Self {
            pixels: PixelsPass::new(gpu, target),
            panel: PanelPass::new(gpu, target),
        }
    }

    /// Changes the text that lies over the flames from now on, on the sheets that have any.
    pub(crate) fn set_panels(&mut self, gpu: &Gpu, panels: [Option<&Panel>; SHEETS]) {
        self.panel.set(gpu, panels);
    }

    /// Paints the packed pixels in `words`, a picture of the size beside them, onto `target`, which is
    /// `size` pixels large.
    pub(crate) fn paint(
        &self,
        gpu: &Gpu,
        target: &wgpu::TextureView,
        size: (u32, u32),
        (words, picture): (&wgpu::Buffer, [u32; 2]),
        glimpses: &[Glimpse; SHEETS],
    ) {
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        fill(&mut encoder, target, |pass| {
            self.pixels.draw(gpu, pass, size, words, picture.into());
            self.panel.draw(gpu, pass, size, glimpses);
        });
        gpu.queue.submit([encoder.finish()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::{Work, readback};

    /// Paints a picture of grey `levels` (0 to 255), rows from the top, and returns the red channel.
    fn paint(
        format: wgpu::TextureFormat,
        picture: [u32; 2],
        levels: &[u32],
        size: (u32, u32),
    ) -> Vec<u8> {
        let gpu = Gpu::open(&wgpu::Instance::default(), None, Work::Render)
            .expect("apt-get install -y libvulkan1 mesa-vulkan-drivers");
        let words: Vec<u32> = levels
            .iter()
            .flat_map(|level| [level * 256 * 0x1_0001; 2])
            .collect();
        let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 4 * words.len() as u64,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        gpu.queue
            .write_buffer(&buffer, 0, bytemuck::cast_slice(&words));
        let rgba = readback::paint_to_memory(&gpu, format, size, |view| {
            let glimpses = [Glimpse::NONE; SHEETS];
            LivePainter::new(&gpu, format).paint(&gpu, view, size, (&buffer, picture), &glimpses);
        });
        rgba.unwrap().chunks(4).map(|pixel| pixel[0]).collect()
    }

    fn check(found: &[u8], expected: impl Fn(usize) -> u32) {
        for (index, &found) in found.iter().enumerate() {
            let expected = expected(index);
            assert!(
                u32::from(found).abs_diff(expected) <= 1,
                "{index}: {found} {expected}"
            );
        }
    }

    const PLAIN: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

    #[test]
    fn a_picture_of_the_screens_size_is_shown_pixel_for_pixel() {
        let levels: Vec<u32> = (0..64 * 36).map(|index| (index * 97) % 256).collect();
        check(&paint(PLAIN, [64, 36], &levels, (64, 36)), |at| levels[at]);
    }

    #[test]
    fn a_slope_stays_a_slope_when_it_is_scaled_up() {
        let levels: Vec<u32> = (0..32 * 18).map(|index| 40 + 4 * (index % 32)).collect();
        let found = paint(PLAIN, [32, 18], &levels, (128, 72));
        // Away from the edge, where the picture ends, a spline through a line is the line.
        for y in 0..72 {
            let row = &found[128 * y + 12..][..104];
            check(row, |x| {
                (40.0 + 4.0 * ((x as f32 + 12.5) / 4.0 - 0.5)).round() as u32
            });
        }
    }

    #[test]
    fn a_target_that_applies_the_srgb_curve_shows_the_same_picture() {
        let levels: Vec<u32> = (0..16 * 9).map(|index| index % 256).collect();
        let plain = paint(PLAIN, [16, 9], &levels, (48, 27));
        let curved = paint(
            wgpu::TextureFormat::Rgba8UnormSrgb,
            [16, 9],
            &levels,
            (48, 27),
        );
        check(&curved, |at| u32::from(plain[at]));
    }
}
