//! Pixel planes: what goes into the encoder and comes out of the decoder.
//!
//! Ten bits a sample in a `u16`, 4:2:0, BT.709, limited range, rows from the top, tightly packed.
//! Chroma planes are half as wide and half as high, rounded up, and sited at the left.

use thiserror::Error;

/// Largest sample value of ten bits.
const SAMPLE_MAX: u16 = 1023;

/// One frame's planes, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanesRef<'a> {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// `width * height` samples, 64 (black) to 940 (white).
    pub luma: &'a [u16],
    /// `ceil(width / 2) * ceil(height / 2)` samples of blue difference, 512 is none.
    pub chroma_blue: &'a [u16],
    /// As many samples of red difference, 512 is none.
    pub chroma_red: &'a [u16],
}

/// One decoded frame; see [`PlanesRef`] for the shapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecodedFrame {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Luma samples.
    pub luma: Vec<u16>,
    /// Blue-difference samples.
    pub chroma_blue: Vec<u16>,
    /// Red-difference samples.
    pub chroma_red: Vec<u16>,
}

/// Planes that do not have the shape they claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PlanesError {
    /// A plane holds more or fewer samples than its frame's size asks for.
    #[error("{plane} plane has {found} samples, a {width}x{height} frame needs {expected}")]
    Length {
        /// Which plane.
        plane: &'static str,
        /// The frame's width in pixels.
        width: u32,
        /// The frame's height in pixels.
        height: u32,
        /// Samples the plane should have.
        expected: usize,
        /// Samples it has.
        found: usize,
    },
    /// A sample does not fit ten bits.
    #[error("{plane} plane has a sample of {sample}, ten bits end at 1023")]
    Range {
        /// Which plane.
        plane: &'static str,
        /// The offending value.
        sample: u16,
    },
}

impl PlanesRef<'_> {
    /// Checks that every plane has its length and every sample fits ten bits.
    ///
    /// # Errors
    ///
    /// [`PlanesError`], naming the first plane that is wrong.
    pub fn check(&self) -> Result<(), PlanesError> {
        let chroma_width = chroma_side(self.width);
        let chroma_height = chroma_side(self.height);
        for (plane, samples, width, height) in [
            ("luma", self.luma, self.width, self.height),
            ("chroma_blue", self.chroma_blue, chroma_width, chroma_height),
            ("chroma_red", self.chroma_red, chroma_width, chroma_height),
        ] {
            let expected = width as usize * height as usize;
            if samples.len() != expected {
                return Err(PlanesError::Length {
                    plane,
                    width: self.width,
                    height: self.height,
                    expected,
                    found: samples.len(),
                });
            }
            let sample = samples.iter().copied().max().unwrap_or(0);
            if sample > SAMPLE_MAX {
                return Err(PlanesError::Range { plane, sample });
            }
        }
        Ok(())
    }
}

impl DecodedFrame {
    /// The same planes, borrowed.
    #[must_use]
    pub fn as_ref(&self) -> PlanesRef<'_> {
        PlanesRef {
            width: self.width,
            height: self.height,
            luma: &self.luma,
            chroma_blue: &self.chroma_blue,
            chroma_red: &self.chroma_red,
        }
    }
}

/// Samples along a chroma plane's side where luma has `side`.
pub(crate) fn chroma_side(side: u32) -> u32 {
    side.div_ceil(2)
}

/// Peak signal-to-noise ratio of the luma planes, in dB, against the ten-bit peak of 1023.
///
/// Equal planes give infinity. The figure is for people to read; nothing is decided on it.
///
/// # Panics
///
/// If the two frames differ in size: comparing them is the caller's bug.
#[must_use]
pub fn psnr_luma(a: &PlanesRef<'_>, b: &PlanesRef<'_>) -> f64 {
    assert_eq!(
        (a.width, a.height, a.luma.len()),
        (b.width, b.height, b.luma.len())
    );
    let squares: u64 = a
        .luma
        .iter()
        .zip(b.luma)
        .map(|(&x, &y)| u64::from(x.abs_diff(y)).pow(2))
        .sum();
    let mean = squares as f64 / a.luma.len() as f64;
    10.0 * (f64::from(SAMPLE_MAX).powi(2) / mean).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planes<'a>(width: u32, height: u32, luma: &'a [u16], chroma: &'a [u16]) -> PlanesRef<'a> {
        PlanesRef {
            width,
            height,
            luma,
            chroma_blue: chroma,
            chroma_red: chroma,
        }
    }

    #[test]
    fn odd_sizes_round_chroma_up() {
        assert_eq!(planes(3, 5, &[64; 15], &[512; 6]).check(), Ok(()));
    }

    #[test]
    fn a_short_plane_is_named() {
        let error = planes(4, 2, &[64; 8], &[512; 1]).check().unwrap_err();
        assert_eq!(
            error.to_string(),
            "chroma_blue plane has 1 samples, a 4x2 frame needs 2"
        );
    }

    #[test]
    fn eleven_bits_do_not_fit() {
        let error = planes(2, 2, &[0, 0, 1024, 0], &[512]).check().unwrap_err();
        assert_eq!(
            error,
            PlanesError::Range {
                plane: "luma",
                sample: 1024
            }
        );
    }

    #[test]
    fn psnr_of_an_error_of_one_in_every_sample_is_the_peak_in_decibels() {
        let a = planes(2, 2, &[100; 4], &[512]);
        let b = planes(2, 2, &[101; 4], &[512]);
        assert!((psnr_luma(&a, &b) - 60.198).abs() < 0.001);
        assert_eq!(psnr_luma(&a, &a), f64::INFINITY);
    }
}
