//! The codec half of a recipe, and the rule that says which are sound.

use thiserror::Error;

use crate::limits::{
    FPS_MAX, FRAME_HEIGHT_MAX, FRAME_SIDE_MIN, FRAME_WIDTH_MAX, SEGMENT_FRAMES_MAX,
};

/// The encoder every recipe names.
pub const ENCODER_NAME: &str = "rav1e";

/// The version of it that is built in. Recipes name the version too, so that all segments of a clip
/// carry the same sequence header.
pub const ENCODER_VERSION: &str = "0.8.1";

/// What an encoder must know to write the segments of one recipe.
///
/// Two encoders with equal settings write equal sequence headers, so their segments join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EncoderSettings {
    /// Frame width in pixels, 16 to 4096; odd is fine.
    pub width: u32,
    /// Frame height in pixels, 16 to 2176; odd is fine.
    pub height: u32,
    /// Frames a second, 1 to 120.
    pub fps: u32,
    /// rav1e's preset: 0 slowest and smallest, 10 fastest.
    pub speed: u8,
    /// rav1e's base quantizer: 0 is finest, 255 coarsest. Eight steps are about one dB of luma PSNR.
    pub quantizer: u8,
    /// Frames in every segment, 1 to 300.
    pub segment_frames: u32,
}

impl Default for EncoderSettings {
    /// The default flock's: 1280×720 at 30 frames a second, segments of 32.
    fn default() -> Self {
        Self {
            width: 1280,
            height: 720,
            fps: 30,
            speed: 10,
            quantizer: 80,
            segment_frames: 32,
        }
    }
}

/// A setting outside its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{name} is {found}, it must be {min} to {max}")]
pub struct SettingsError {
    /// The field's name.
    pub name: &'static str,
    /// Smallest value allowed.
    pub min: u32,
    /// Largest value allowed.
    pub max: u32,
    /// The value given.
    pub found: u32,
}

impl EncoderSettings {
    /// Checks every field against its range.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] names the first field that is out of range, and the range.
    pub fn check(&self) -> Result<(), SettingsError> {
        for (name, found, min, max) in [
            ("width", self.width, FRAME_SIDE_MIN, FRAME_WIDTH_MAX),
            ("height", self.height, FRAME_SIDE_MIN, FRAME_HEIGHT_MAX),
            ("fps", self.fps, 1, FPS_MAX),
            ("speed", self.speed.into(), 0, 10),
            ("segment_frames", self.segment_frames, 1, SEGMENT_FRAMES_MAX),
        ] {
            if !(min..=max).contains(&found) {
                return Err(SettingsError {
                    name,
                    min,
                    max,
                    found,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_must_be_sixteen_pixels_high() {
        let settings = EncoderSettings {
            height: 15,
            ..EncoderSettings::default()
        };
        let error = settings.check().unwrap_err();
        assert_eq!(error.to_string(), "height is 15, it must be 16 to 2176");
    }

    #[test]
    fn the_default_flock_is_sound() {
        assert_eq!(EncoderSettings::default().check(), Ok(()));
    }
}
