//! A picture before the tone map.

/// Filtered logarithmic density in single precision, row-major, row 0 at the top: red, green, blue and alpha in
/// turn.
///
/// This is what the tone map starts from: brightness, density estimation and the spatial filter are in it; gamma,
/// vibrancy, highlights and background are not, and early clip does not concern it. 1 is flam3's white (255 on its
/// scale). The colours are multiplied by the alpha, and nothing is cut off: alpha and colours exceed 1 where the
/// flame is dense, and a filter with negative lobes may leave values a little below 0.
///
/// The tone map takes the alpha to the power 1 / gamma, so a viewer shows the image darker than the frame.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearImage {
    width: u32,
    height: u32,
    pixels: Vec<[f32; 4]>,
}

impl LinearImage {
    /// Wraps filtered densities.
    pub(crate) fn new(width: u32, height: u32, pixels: Vec<[f32; 4]>) -> Self {
        assert_eq!(
            pixels.len(),
            width as usize * height as usize,
            "pixels do not fill the image"
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

    /// The pixels.
    #[must_use]
    pub fn pixels(&self) -> &[[f32; 4]] {
        &self.pixels
    }
}
