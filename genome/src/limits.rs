//! What is legal: the range of every number and the greatest count of everything that is counted.
//!
//! The parser, [`crate::Genome::check`] and the messages of both read these, so a genome that was
//! parsed is a genome that passes the check. The ranges are wider than anything a picture needs
//! and narrow enough that no arithmetic on two legal numbers overflows. What a frame may cost in
//! samples and memory is the renderer's business.

use std::fmt;

/// Numbers from `min` to `max`, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Smallest legal number.
    pub min: f64,
    /// Greatest legal number.
    pub max: f64,
}

impl Range {
    /// The numbers from `min` to `max`, both included.
    #[must_use]
    pub const fn new(min: f64, max: f64) -> Self {
        Self { min, max }
    }

    /// Numbers from `-max` to `max`.
    #[must_use]
    pub const fn both_ways(max: f64) -> Self {
        Self::new(-max, max)
    }

    /// Whether `value` is legal; what is not a number never is.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        value >= self.min && value <= self.max
    }

    /// The legal number nearest to `value`; what is not a number becomes the one nearest to 0.
    #[must_use]
    pub fn clamp(&self, value: f64) -> f64 {
        let value = if value.is_nan() { 0.0 } else { value };
        value.clamp(self.min, self.max)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.min, self.max)
    }
}

/// Bytes of a flam3 file, and of a genome's canonical form.
pub const GENOME_BYTES_MAX: usize = 512 * 1024;
/// Flames in one file.
pub const FLAMES_MAX: usize = 256;
/// Nodes of a file's XML tree.
pub const XML_NODES_MAX: u32 = 100_000;
/// Attributes of an XML element; more than flam3 has names for.
pub const XML_ATTRIBUTES_MAX: usize = 1024;
/// Characters of a genome's name.
pub const NAME_CHARS_MAX: usize = 64;
/// Xforms of a genome, the final one not counted.
pub const XFORMS_MAX: usize = 64;
/// Motion elements of a genome, all xforms together.
pub const MOTIONS_MAX: usize = 64;
/// Weighted variations of a genome, all xforms and motion elements together.
///
/// With the other counts this keeps a printed genome well under [`GENOME_BYTES_MAX`].
pub const VARIATIONS_MAX: usize = 512;

/// Elements of a genome's edits, all trees together.
pub const EDIT_ELEMENTS_MAX: usize = 256;
/// Levels of an edit tree.
pub const EDIT_DEPTH_MAX: usize = 16;
/// Bytes of names, values and texts in a genome's edits; printing may write six for one.
pub const EDIT_BYTES_MAX: usize = 32 * 1024;
/// Signs of equality in one element of an edit, which [`XML_ATTRIBUTES_MAX`] counts when the
/// genome is read again.
pub const EDIT_EQUALS_MAX: usize = 900;

/// Whether a text in an edit may hold `c`: anything that XML can write and reads back as it is.
#[must_use]
pub fn is_text_char(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Whether a genome's name may hold `c`: no white space, and nothing that XML cannot write.
#[must_use]
pub fn is_name_char(c: char) -> bool {
    !c.is_whitespace() && is_text_char(c)
}

/// Width and height in pixels.
pub const SIZE: Range = Range::new(1.0, 16_384.0);
/// `time`.
pub const TIME: Range = Range::both_ways(1e9);
/// `center`, in world units.
pub const CENTER: Range = Range::both_ways(1e6);
/// `scale`, in pixels per world unit.
pub const SCALE: Range = Range::new(1e-6, 1e9);
/// `zoom`, in doublings.
pub const ZOOM: Range = Range::both_ways(20.0);
/// `rotate`, in degrees.
pub const ROTATE: Range = Range::both_ways(36_000.0);
/// `supersample`.
pub const SUPERSAMPLE: Range = Range::new(1.0, 16.0);
/// `filter`, in pixels.
pub const FILTER_RADIUS: Range = Range::new(0.0, 25.0);
/// `quality`, in samples per pixel.
pub const QUALITY: Range = Range::new(1e-6, 1e6);
/// `passes`.
pub const PASSES: Range = Range::new(1.0, 64.0);
/// `temporal_samples`.
pub const TEMPORAL_SAMPLES: Range = Range::new(1.0, 10_000.0);
/// `temporal_filter_width`.
pub const TEMPORAL_FILTER_WIDTH: Range = Range::new(0.0, 1_000.0);
/// `temporal_filter_exp`.
pub const TEMPORAL_FILTER_EXPONENT: Range = Range::both_ways(100.0);
/// Each channel of `background`.
pub const BACKGROUND: Range = Range::new(0.0, 1.0);
/// `brightness`.
pub const BRIGHTNESS: Range = Range::new(0.0, 1e4);
/// `gamma`.
pub const GAMMA: Range = Range::new(0.01, 1e3);
/// `gamma_threshold`.
pub const GAMMA_THRESHOLD: Range = Range::new(0.0, 100.0);
/// `vibrancy`.
pub const VIBRANCY: Range = Range::new(0.0, 100.0);
/// `highlight_power`.
pub const HIGHLIGHT_POWER: Range = Range::new(-1.0, 100.0);
/// `hue` in a file; a genome keeps the fraction, within [`HUE_FRACTION`].
pub const HUE: Range = Range::both_ways(1e6);
/// [`crate::Genome::hue`].
pub const HUE_FRACTION: Range = Range::both_ways(1.0_f64.next_down());
/// `estimator_radius`, in pixels.
pub const ESTIMATOR_RADIUS: Range = Range::new(0.0, 100.0);
/// `estimator_curve`.
pub const ESTIMATOR_CURVE: Range = Range::new(1e-3, 100.0);
/// Shares: `hsv_rgb_palette_blend`, `color`, `color_speed`, `animate`, `opacity`.
pub const SHARE: Range = Range::new(0.0, 1.0);
/// `symmetry` of an xform, the old spelling of `color_speed`.
pub const SYMMETRY: Range = Range::both_ways(1.0);
/// `weight` of an xform.
pub const WEIGHT: Range = Range::new(0.0, 1e6);
/// Each number of `chaos`.
pub const CHAOS: Range = Range::new(0.0, 1e6);
/// Each number of `coefs` and `post`.
pub const COEFFICIENT: Range = Range::both_ways(1e6);
/// The weight of a variation.
pub const VARIATION_WEIGHT: Range = Range::both_ways(1e6);
/// Most parameters of variations; the catalogue names the exceptions.
pub const PARAMETER: Range = Range::both_ways(1e6);
/// Amplitudes of a motion element other than those with a range of their own.
pub const MOTION_AMPLITUDE: Range = Range::both_ways(1e6);
/// `motion_frequency`, in turns per loop.
pub const MOTION_FREQUENCY: Range = Range::both_ways(1e6);
/// `kind` of a `<symmetry>` element.
pub const SYMMETRY_KIND: Range = Range::both_ways(64.0);
/// Channels of `<color>`.
pub const COLOR_CHANNEL: Range = Range::new(0.0, 255.0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_reads_as_its_message() {
        assert_eq!(SHARE.to_string(), "0 to 1");
        assert_eq!(SCALE.to_string(), "0.000001 to 1000000000");
    }

    #[test]
    fn what_is_not_a_number_is_never_legal_but_can_be_mended() {
        assert!(!SHARE.contains(f64::NAN));
        assert!(!SHARE.contains(1.000_001));
        assert!(SHARE.contains(0.0) && SHARE.contains(1.0));
        assert_eq!(SHARE.clamp(f64::NAN), 0.0);
        assert_eq!(GAMMA.clamp(f64::NAN), 0.01);
        assert_eq!(COEFFICIENT.clamp(f64::INFINITY), 1e6);
    }
}
