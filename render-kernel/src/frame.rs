//! A finished picture.

use crate::Planes;

/// A picture of 16 bits per channel, row-major, row 0 at the top, red, green and blue in turn.
///
/// A channel is 0 to 65,280 (0xff00, full light); the colours are those of a screen (gamma applied).
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    width: u32,
    height: u32,
    pixels: Vec<u16>,
}

impl Frame {
    /// Full light.
    pub const WHITE: u16 = 0xff00;

    /// Wraps finished pixels.
    pub(crate) fn new(width: u32, height: u32, pixels: Vec<u16>) -> Self {
        assert_eq!(
            pixels.len(),
            width as usize * height as usize * 3,
            "pixels do not fill the frame"
        );
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The picture with 8 bits per channel, cut off as flam3 does.
    #[must_use]
    pub fn to_rgb8(&self) -> Vec<u8> {
        self.pixels
            .iter()
            .map(|&channel| (channel >> 8) as u8)
            .collect()
    }

    /// The picture with 16 bits per channel; full light is [`Frame::WHITE`].
    #[must_use]
    pub fn to_rgb16(&self) -> Vec<u16> {
        self.pixels.clone()
    }

    /// The picture as a video encoder takes it.
    #[must_use]
    pub fn to_planes(&self) -> Planes {
        Planes::from_rgb16(self.width, self.height, &self.pixels)
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({} x {})", self.width, self.height)
    }
}
