//! Planes to a segment: rav1e, set up the one way that every worker uses.
//!
//! A segment stands alone: its encoder sees no frame of its neighbours and keeps no state. Its bytes
//! depend on the planes and the settings only, never on the number of threads. The encoder works on the
//! rayon pool that calls it.
//!
//! # What was chosen, and why
//!
//! Measured on dark, grainy flame-like frames at speed 10, as bytes at the same luma error (320×180 and
//! 640×360, 20 to 300 samples a pixel, 41 and 44 dB):
//!
//! * *Blocks down to 8×8* instead of the preset's fixed 32×32: 26 to 49 % fewer bytes. Flames are thin
//!   threads, and a 32×32 block always has some empty ground in it. Costs 40 % of the speed.
//! * *No reordering*: between 6 % fewer and 3 % more bytes, and a third faster. Every frame comes out
//!   equally good, where the usual pyramid varies from frame to frame, and audits look at single frames.
//! * *Tuned for PSNR*: 1 to 5 % fewer bytes than psychovisual, and up to 40 % faster.
//!
//! Together, at 320×180 and the same bytes, 3 dB more than the preset.

use std::sync::Arc;

use rav1e::prelude as av1;
use thiserror::Error;

use crate::inspect::{SegmentError, inspect_segment};
use crate::level::level_index;
use crate::planes::{PlanesError, PlanesRef, chroma_side};
use crate::settings::{EncoderSettings, SettingsError};

/// Why a segment could not be encoded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// The recipe's settings are outside their ranges; nothing was encoded.
    #[error("encoder settings: {0}")]
    Settings(#[from] SettingsError),
    /// The frame is not of the recipe's size; it was not taken.
    #[error("frame of {width}x{height}, the recipe says {expected_width}x{expected_height}")]
    FrameSize {
        /// The frame's width in pixels.
        width: u32,
        /// The frame's height in pixels.
        height: u32,
        /// The recipe's width.
        expected_width: u32,
        /// The recipe's height.
        expected_height: u32,
    },
    /// The frame's planes are not what they claim; it was not taken.
    #[error("frame: {0}")]
    Planes(#[from] PlanesError),
    /// The segment is full, or not full yet: exactly `expected` frames make one.
    #[error("segment of {expected} frames was given {pushed}")]
    FrameCount {
        /// Frames pushed, counting a refused one.
        pushed: u32,
        /// The recipe's `segment_frames`.
        expected: u32,
    },
    /// rav1e refused its configuration, which the checks above should have made impossible.
    #[error("encoder configuration: {0}")]
    Configuration(#[from] av1::InvalidConfig),
    /// rav1e failed. The segment is lost.
    #[error("encoder: {0}")]
    Encoder(#[from] av1::EncoderStatus),
    /// rav1e wrote a stream that is not one of our segments. The segment is lost.
    #[error("encoder wrote an unusable segment: {0}")]
    Unusable(#[from] SegmentError),
}

/// Encodes one segment: push its frames in order, then finish.
///
/// Each push encodes what can be encoded so far, so its cost is that of a frame; some frames wait for
/// later ones. Dropping the encoder abandons the segment at once.
pub struct SegmentEncoder {
    context: av1::Context<u16>,
    settings: EncoderSettings,
    pushed: u32,
    stream: Vec<u8>,
}

impl SegmentEncoder {
    /// An encoder for one segment of a recipe.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Settings`] where a setting is out of its range: no worker can encode this recipe.
    pub fn new(settings: &EncoderSettings) -> Result<Self, EncodeError> {
        settings.check()?;
        let configuration = av1::Config::new().with_encoder_config(configuration(settings));
        Ok(Self {
            context: configuration.new_context()?,
            settings: *settings,
            pushed: 0,
            stream: Vec::new(),
        })
    }

    /// Takes the next frame; the planes are copied.
    ///
    /// # Errors
    ///
    /// [`EncodeError::FrameSize`], [`EncodeError::Planes`] and [`EncodeError::FrameCount`] refuse the
    /// frame and leave the encoder as it was. [`EncodeError::Encoder`] is final.
    pub fn push(&mut self, planes: &PlanesRef<'_>) -> Result<(), EncodeError> {
        let EncoderSettings {
            width,
            height,
            segment_frames,
            ..
        } = self.settings;
        if (planes.width, planes.height) != (width, height) {
            return Err(EncodeError::FrameSize {
                width: planes.width,
                height: planes.height,
                expected_width: width,
                expected_height: height,
            });
        }
        planes.check()?;
        if self.pushed == segment_frames {
            let pushed = segment_frames + 1;
            return Err(EncodeError::FrameCount {
                pushed,
                expected: segment_frames,
            });
        }
        let frame = self.copy(planes);
        self.context.send_frame(frame)?;
        self.pushed += 1;
        self.drain()
    }

    /// Encodes what is left and returns the segment.
    ///
    /// The segment has been inspected: it is one closed group of exactly `segment_frames` frames.
    ///
    /// # Errors
    ///
    /// [`EncodeError::FrameCount`] where frames are missing, [`EncodeError::Encoder`] and
    /// [`EncodeError::Unusable`] where the encoder failed.
    pub fn finish(mut self) -> Result<Vec<u8>, EncodeError> {
        let expected = self.settings.segment_frames;
        if self.pushed != expected {
            return Err(EncodeError::FrameCount {
                pushed: self.pushed,
                expected,
            });
        }
        self.context.flush();
        self.drain()?;
        let frames = inspect_segment(&self.stream)?.frames();
        if frames != expected {
            return Err(EncodeError::FrameCount {
                pushed: frames,
                expected,
            });
        }
        Ok(self.stream)
    }

    /// Moves every packet that is ready to the stream.
    fn drain(&mut self) -> Result<(), EncodeError> {
        loop {
            match self.context.receive_packet() {
                Ok(packet) => self.stream.extend_from_slice(&packet.data),
                Err(av1::EncoderStatus::Encoded) => {}
                Err(av1::EncoderStatus::NeedMoreData | av1::EncoderStatus::LimitReached) => {
                    return Ok(());
                }
                Err(status) => return Err(status.into()),
            }
        }
    }

    fn copy(&self, planes: &PlanesRef<'_>) -> Arc<av1::Frame<u16>> {
        let mut frame = self.context.new_frame();
        let width = planes.width as usize;
        let chroma_width = chroma_side(planes.width) as usize;
        for (plane, (samples, width)) in frame.planes.iter_mut().zip([
            (planes.luma, width),
            (planes.chroma_blue, chroma_width),
            (planes.chroma_red, chroma_width),
        ]) {
            for (row, source) in plane.rows_iter_mut().zip(samples.chunks_exact(width)) {
                row[..width].copy_from_slice(source);
            }
        }
        Arc::new(frame)
    }
}

/// The sequence header that every segment of a recipe must carry, as a whole OBU.
///
/// The encoder itself is asked, with one grey frame, so the answer cannot drift from what it writes.
/// Costs that one frame: keep the answer with the recipe.
///
/// # Errors
///
/// [`EncodeError::Settings`] where a setting is out of its range; the others are the encoder's failures.
pub fn sequence_header(settings: &EncoderSettings) -> Result<Vec<u8>, EncodeError> {
    let single = EncoderSettings {
        segment_frames: 1,
        ..*settings
    };
    settings.check()?;
    let mut encoder = SegmentEncoder::new(&single)?;
    let luma = vec![512; settings.width as usize * settings.height as usize];
    let chroma_width = chroma_side(settings.width) as usize;
    let chroma = vec![512; chroma_width * chroma_side(settings.height) as usize];
    encoder.push(&PlanesRef {
        width: settings.width,
        height: settings.height,
        luma: &luma,
        chroma_blue: &chroma,
        chroma_red: &chroma,
    })?;
    Ok(inspect_segment(&encoder.finish()?)?.sequence_header)
}

/// From this preset on, rav1e leaves out blocks smaller than 16×16.
const COARSE_BLOCKS_SPEED: u8 = 9;

/// rav1e's configuration for a recipe.
fn configuration(settings: &EncoderSettings) -> av1::EncoderConfig {
    let mut speed_settings = av1::SpeedSettings::from_preset(settings.speed);
    // One group of pictures, whatever is in it.
    speed_settings.scene_detection_mode = av1::SceneDetectionSpeed::None;
    if settings.speed >= COARSE_BLOCKS_SPEED {
        speed_settings.partition.partition_range =
            av1::PartitionRange::new(av1::BlockSize::BLOCK_8X8, av1::BlockSize::BLOCK_32X32);
    }
    av1::EncoderConfig {
        width: settings.width as usize,
        height: settings.height as usize,
        time_base: av1::Rational::new(1, settings.fps.into()),
        bit_depth: 10,
        chroma_sampling: av1::ChromaSampling::Cs420,
        chroma_sample_position: av1::ChromaSamplePosition::Vertical,
        pixel_range: av1::PixelRange::Limited,
        color_description: Some(av1::ColorDescription {
            color_primaries: av1::ColorPrimaries::BT709,
            transfer_characteristics: av1::TransferCharacteristics::BT709,
            matrix_coefficients: av1::MatrixCoefficients::BT709,
        }),
        level_idx: Some(level_index(settings)),
        min_key_frame_interval: settings.segment_frames.into(),
        max_key_frame_interval: settings.segment_frames.into(),
        low_latency: true,
        quantizer: settings.quantizer.into(),
        tune: av1::Tune::Psnr,
        tiles: 1,
        speed_settings,
        ..av1::EncoderConfig::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::{ENCODER_NAME, ENCODER_VERSION};

    #[test]
    fn the_version_in_recipes_is_the_one_built_in() {
        assert_eq!(ENCODER_NAME, "rav1e");
        assert_eq!(rav1e::version::short(), ENCODER_VERSION);
    }
}
