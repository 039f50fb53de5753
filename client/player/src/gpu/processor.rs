//! First pass for machines without a graphics card: the processor turns planes into colours and writes them where they are
//! wanted, straight onto the screen if it has exactly their pixels.
//!
//! What wgpu calls an adapter there is a library that does a card's work on the processor. It takes twenty times as long for
//! the same picture, for it reads every sample by itself.

use woolgather_video::{ByteOrder, DecodedFrame, write_rgb};

use super::{Gpu, Texture, write};
use crate::projection::Picture;

/// The pass, and the pictures in its hands.
#[derive(Debug, Default)]
pub(crate) struct Processor {
    upper: Colors,
    under: Colors,
}

/// A frame's colours.
#[derive(Debug, Default)]
struct Colors {
    bytes: Vec<u8>,
    size: (u32, u32),
}

impl Processor {
    /// An empty picture for frames of this size.
    pub(crate) fn picture(gpu: &Gpu, size: (u32, u32)) -> Texture {
        let usage = wgpu::TextureUsages::COPY_DST | wgpu::TextureUsages::TEXTURE_BINDING;
        gpu.texture(size, wgpu::TextureFormat::Rgba8Unorm, usage)
    }

    /// Writes `picture` into `target`; false where that is not of its size, or cannot be written.
    pub(crate) fn write(&mut self, gpu: &Gpu, picture: &Picture, target: &wgpu::Texture) -> bool {
        let order = match target.format() {
            wgpu::TextureFormat::Rgba8Unorm => ByteOrder::Rgba,
            wgpu::TextureFormat::Bgra8Unorm => ByteOrder::Bgra,
            _ => return false,
        };
        let size = (picture.frame.width, picture.frame.height);
        let fits = (target.width(), target.height()) == size;
        if !fits || !target.usage().contains(wgpu::TextureUsages::COPY_DST) {
            return false;
        }
        self.upper.take(&picture.frame, order);
        if let Some(under) = &picture.under {
            self.under.take(under, order);
            self.upper.mix(&self.under, picture.share);
        }
        write(gpu, target, &self.upper.bytes);
        true
    }
}

impl Colors {
    fn take(&mut self, frame: &DecodedFrame, order: ByteOrder) {
        self.size = (frame.width, frame.height);
        let pixels = frame.width as usize * frame.height as usize;
        self.bytes.resize(4 * pixels, 0);
        write_rgb(frame, order, &mut self.bytes);
    }

    /// Lets `under` show through; where it has another size, its nearest pixels.
    fn mix(&mut self, under: &Self, share: f32) {
        let share = (share.clamp(0.0, 1.0) * 256.0) as u16;
        let between = |upper: &mut u8, under: u8| {
            let sum = u16::from(*upper) * share + u16::from(under) * (256 - share);
            *upper = (sum >> 8) as u8;
        };
        if under.size == self.size {
            for (upper, &under) in self.bytes.iter_mut().zip(&under.bytes) {
                between(upper, under);
            }
            return;
        }
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        let (under_width, under_height) = (under.size.0 as usize, under.size.1 as usize);
        for (number, upper) in self.bytes.chunks_exact_mut(4).enumerate() {
            let x = number % width * under_width / width;
            let y = number / width * under_height / height;
            let under = &under.bytes[4 * (y * under_width + x)..][..4];
            for (upper, &under) in upper.iter_mut().zip(under) {
                between(upper, under);
            }
        }
    }
}
