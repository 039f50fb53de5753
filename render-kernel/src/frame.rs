//! A finished picture.

use crate::Planes;

/// A picture of 16 bits per channel, row-major, row 0 at the top, red, green and blue in turn.
///
/// A channel is 0 to 65,280 (0xff00, full light); the colours are those of a screen (gamma applied). Where the
/// picture was planned with transparency it has an alpha channel, 0 to 65,535, by which the colours are not
/// multiplied. (The two scales differ because flam3's do.)
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    width: u32,
    height: u32,
    /// Red, green and blue of every pixel.
    pixels: Vec<u16>,
    /// The alpha of every pixel.
    alpha: Option<Vec<u16>>,
}

impl Frame {
    /// Full light.
    pub const WHITE: u16 = 0xff00;

    /// Wraps finished pixels.
    pub(crate) fn new(width: u32, height: u32, pixels: Vec<u16>, alpha: Option<Vec<u16>>) -> Self {
        let places = width as usize * height as usize;
        assert_eq!(pixels.len(), places * 3, "pixels do not fill the frame");
        assert!(
            alpha.as_ref().is_none_or(|alpha| alpha.len() == places),
            "alpha does not fill the frame"
        );
        Self {
            width,
            height,
            pixels,
            alpha,
        }
    }

    /// A picture that comes from elsewhere: 8-bit red, green and blue, row-major, row 0 at the top.
    ///
    /// # Panics
    ///
    /// If `rgb` is not `width * height` pixels: whoever decoded them is wrong.
    #[must_use]
    pub fn from_rgb8(width: u32, height: u32, rgb: &[u8]) -> Self {
        let pixels = rgb.iter().map(|channel| u16::from(*channel) << 8);
        Self::new(width, height, pixels.collect(), None)
    }

    /// Whether the picture was planned with transparency.
    #[must_use]
    pub fn has_alpha(&self) -> bool {
        self.alpha.is_some()
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

    /// The picture with alpha and 8 bits per channel, cut off as flam3 does; opaque where it was planned without
    /// transparency.
    #[must_use]
    pub fn to_rgba8(&self) -> Vec<u8> {
        self.rgba()
            .flat_map(|([red, green, blue], alpha)| [red >> 8, green >> 8, blue >> 8, alpha / 257])
            .map(|channel| channel as u8)
            .collect()
    }

    /// The picture with alpha and 16 bits per channel; full light is [`Frame::WHITE`], full cover 65,535.
    #[must_use]
    pub fn to_rgba16(&self) -> Vec<u16> {
        self.rgba()
            .flat_map(|([red, green, blue], alpha)| [red, green, blue, alpha])
            .collect()
    }

    /// The colour and the alpha of every pixel.
    fn rgba(&self) -> impl Iterator<Item = ([u16; 3], u16)> {
        let alpha = |place: usize| self.alpha.as_ref().map_or(u16::MAX, |alpha| alpha[place]);
        let colors = self.pixels.as_chunks::<3>().0.iter().enumerate();
        colors.map(move |(place, &color)| (color, alpha(place)))
    }

    /// The picture as a video encoder takes it; alpha is left out.
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
