//! The recipe of a flock: everything but the genome that decides a clip's bits.

use serde::{Deserialize, Serialize};

use crate::limits;

/// Size, length, quality and codec settings of a flock's clips. Signed inside every work unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recipe {
    /// Goes up by one when anything below changes.
    pub recipe_version: u32,
    /// Frame width in pixels, even.
    pub width: u32,
    /// Frame height in pixels, even.
    pub height: u32,
    /// Frames per second.
    pub fps: u32,
    /// Frames of a loop; a multiple of `segment_frames`.
    pub loop_frames: u32,
    /// Frames of an edge; a multiple of `segment_frames`.
    pub edge_frames: u32,
    /// Frames of a segment: one closed group of pictures.
    pub segment_frames: u32,
    /// Samples per output pixel.
    pub quality: f64,
    /// Motion-blur steps per frame.
    pub temporal_samples: u32,
    /// Shape of the shutter.
    pub temporal_filter: TemporalFilterKind,
    /// Shutter width in frames.
    pub temporal_filter_width: f64,
    /// How frames become a segment.
    pub encoder: Encoder,
}

/// Shape of the shutter, as in flam3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TemporalFilterKind {
    /// All moments weigh the same.
    Box,
    /// Moments near the middle weigh most.
    Gaussian,
}

/// The encoder and its settings; part of the recipe so that sequence headers agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Encoder {
    /// `rav1e`.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// 0 (slow) to 10 (fast).
    pub speed: u8,
    /// 0 (best) to 255 (smallest).
    pub quantizer: u8,
    /// 10.
    pub bit_depth: u8,
}

/// Why a recipe cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("recipe: {field} is {value}; {legal}")]
pub struct RecipeError {
    /// Which field.
    pub field: &'static str,
    /// What it holds.
    pub value: String,
    /// What it may hold.
    pub legal: String,
}

impl Recipe {
    /// The default flock's: 1280×720, 30 frames a second, clips of 160 frames in segments of 32.
    #[must_use]
    pub fn default_flock() -> Self {
        Self {
            recipe_version: 1,
            width: 1280,
            height: 720,
            fps: 30,
            loop_frames: 160,
            edge_frames: 160,
            segment_frames: 32,
            quality: 100.0,
            temporal_samples: 8,
            temporal_filter: TemporalFilterKind::Box,
            temporal_filter_width: 1.0,
            encoder: Encoder::rav1e(10, 100),
        }
    }

    /// A small fast one for demonstrations and tests: 320×180, 32 frames in segments of 8.
    #[must_use]
    pub fn small() -> Self {
        Self {
            width: 320,
            height: 180,
            loop_frames: 32,
            edge_frames: 32,
            segment_frames: 8,
            quality: 60.0,
            temporal_samples: 4,
            encoder: Encoder::rav1e(10, 80),
            ..Self::default_flock()
        }
    }

    /// Checks every field against its range.
    ///
    /// # Errors
    ///
    /// [`RecipeError`] names the first field that is out of range, and the range.
    pub fn check(&self) -> Result<(), RecipeError> {
        let within = |field, value: u32, legal: std::ops::RangeInclusive<u32>| {
            if legal.contains(&value) {
                return Ok(());
            }
            let legal = format!("{} to {} is legal", legal.start(), legal.end());
            Err(RecipeError {
                field,
                value: value.to_string(),
                legal,
            })
        };
        within(
            "width",
            self.width,
            limits::FRAME_SIDE_MIN..=limits::FRAME_WIDTH_MAX,
        )?;
        within(
            "height",
            self.height,
            limits::FRAME_SIDE_MIN..=limits::FRAME_HEIGHT_MAX,
        )?;
        within("fps", self.fps, 1..=120)?;
        within(
            "segment_frames",
            self.segment_frames,
            1..=limits::SEGMENT_FRAMES_MAX,
        )?;
        within("loop_frames", self.loop_frames, 1..=limits::CLIP_FRAMES_MAX)?;
        within("edge_frames", self.edge_frames, 1..=limits::CLIP_FRAMES_MAX)?;
        within("temporal_samples", self.temporal_samples, 1..=1000)?;
        within("encoder.speed", self.encoder.speed.into(), 0..=10)?;
        within("encoder.bit_depth", self.encoder.bit_depth.into(), 10..=10)?;
        let even = |field, value: u32| {
            let legal = "an even number is legal".to_owned();
            value.is_multiple_of(2).then_some(()).ok_or(RecipeError {
                field,
                value: value.to_string(),
                legal,
            })
        };
        even("width", self.width)?;
        even("height", self.height)?;
        let whole = |field, value: u32| {
            let legal = format!(
                "a multiple of segment_frames ({}) is legal",
                self.segment_frames
            );
            value
                .is_multiple_of(self.segment_frames)
                .then_some(())
                .ok_or(RecipeError {
                    field,
                    value: value.to_string(),
                    legal,
                })
        };
        whole("loop_frames", self.loop_frames)?;
        whole("edge_frames", self.edge_frames)?;
        let real = |field, value: f64, low: f64, high: f64| {
            let legal = format!("{low} to {high} is legal");
            (low..=high)
                .contains(&value)
                .then_some(())
                .ok_or(RecipeError {
                    field,
                    value: value.to_string(),
                    legal,
                })
        };
        real("quality", self.quality, 0.01, 100_000.0)?;
        real(
            "temporal_filter_width",
            self.temporal_filter_width,
            0.0,
            16.0,
        )
    }

    /// Frames of a clip of this kind.
    #[must_use]
    pub fn frames(&self, kind: crate::work::ClipKind) -> u32 {
        match kind {
            crate::work::ClipKind::Loop => self.loop_frames,
            crate::work::ClipKind::Edge => self.edge_frames,
        }
    }

    /// Segments of a clip of this kind.
    #[must_use]
    pub fn segments(&self, kind: crate::work::ClipKind) -> u32 {
        self.frames(kind) / self.segment_frames
    }

    /// Pixels of one frame.
    #[must_use]
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The largest segment that can be honest: one byte a pixel and frame, far above the encoder's
    /// worst case at any quantizer in use, and 64 KiB for headers.
    #[must_use]
    pub fn segment_bytes_max(&self) -> u64 {
        self.pixels() * u64::from(self.segment_frames) + 64 * 1024
    }
}

impl Encoder {
    /// The encoder every flock uses, with its two settings.
    #[must_use]
    pub fn rav1e(speed: u8, quantizer: u8) -> Self {
        Self {
            name: "rav1e".into(),
            version: "0.8.1".into(),
            speed,
            quantizer,
            bit_depth: 10,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipes_we_ship_are_legal() {
        assert_eq!(Recipe::default_flock().check(), Ok(()));
        assert_eq!(Recipe::small().check(), Ok(()));
    }

    #[test]
    fn a_broken_recipe_says_what_is_legal() {
        let odd = Recipe {
            width: 321,
            ..Recipe::small()
        };
        assert_eq!(
            odd.check().unwrap_err().to_string(),
            "recipe: width is 321; an even number is legal"
        );
        let ragged = Recipe {
            loop_frames: 30,
            ..Recipe::small()
        };
        assert_eq!(
            ragged.check().unwrap_err().to_string(),
            "recipe: loop_frames is 30; a multiple of segment_frames (8) is legal"
        );
        let nan = Recipe {
            quality: f64::NAN,
            ..Recipe::small()
        };
        assert!(nan.check().is_err());
        let none = Recipe {
            segment_frames: 0,
            ..Recipe::small()
        };
        assert!(none.check().is_err());
    }
}
