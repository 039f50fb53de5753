//! A segment back to planes: rav1d, behind the structural checks.
//!
//! [`inspect_segment`] runs first and fixes the size and the number of frames; the decoder is then told
//! that size as its limit, and what it returns is compared again.
//!
//! rav1d is a translation of a C decoder: hostile data may make it abort the process. Whoever decodes
//! what strangers sent does so in a process of its own, with limits on memory and time.

use std::ops::ControlFlow;

use re_rav1d::dav1d as av1;
use thiserror::Error;

use crate::inspect::{SegmentError, inspect_segment};
use crate::limits::{FRAME_HEIGHT_MAX, FRAME_WIDTH_MAX, SEGMENT_BYTES_MAX, SEGMENT_FRAMES_MAX};
use crate::planes::{DecodedFrame, chroma_side};

/// What the caller is ready to decode. The default is everything within [`crate::limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Largest width in pixels.
    pub width_max: u32,
    /// Largest height in pixels.
    pub height_max: u32,
    /// Largest number of frames.
    pub frames_max: u32,
    /// Largest size of the segment in bytes.
    pub bytes_max: usize,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self {
            width_max: FRAME_WIDTH_MAX,
            height_max: FRAME_HEIGHT_MAX,
            frames_max: SEGMENT_FRAMES_MAX,
            bytes_max: SEGMENT_BYTES_MAX,
        }
    }
}

/// Why a stream could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// Its structure is not one of ours; no decoder was started.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// It is sound, but more than the caller's [`DecodeLimits`] allow; no decoder was started.
    #[error("{what} is {found}, the limit is {limit}")]
    OverLimit {
        /// Which limit.
        what: &'static str,
        /// The stream's figure.
        found: u64,
        /// The caller's figure.
        limit: u64,
    },
    /// The decoder refused the data of a frame: it is damaged, or forged.
    #[error("frame {frame} cannot be decoded: {reason}")]
    Frame {
        /// Frames decoded before it.
        frame: u32,
        /// The decoder's word on it.
        reason: String,
    },
    /// The decoder returned fewer frames, or more, than the structure announced.
    #[error("{found} frames decoded, the stream announces {expected}")]
    FrameCount {
        /// Frames that came out.
        found: u32,
        /// Frames announced.
        expected: u32,
    },
    /// The decoder could not be started: out of memory or threads.
    #[error("decoder: {0}")]
    Decoder(String),
}

/// Decodes a segment on the calling thread and shows every frame to `on_frame`, with its number.
///
/// The frame is reused for the next one; copy what is to stay. Returns how many frames were shown:
/// all of them, or fewer where `on_frame` broke off.
///
/// # Errors
///
/// [`DecodeError`]; frames shown before it are good.
pub fn decode_segment(
    segment: &[u8],
    limits: &DecodeLimits,
    on_frame: &mut dyn FnMut(u32, &DecodedFrame) -> ControlFlow<()>,
) -> Result<u32, DecodeError> {
    within(
        "size in bytes",
        segment.len() as u64,
        limits.bytes_max as u64,
    )?;
    let info = inspect_segment(segment)?;
    within("frame width", info.width.into(), limits.width_max.into())?;
    within("frame height", info.height.into(), limits.height_max.into())?;
    within(
        "number of frames",
        info.frames().into(),
        limits.frames_max.into(),
    )?;

    let mut decoder = Decoder::new(info.width, info.height, info.frames(), 1)?;
    let mut frame = DecodedFrame::default();
    let mut shown = 0;
    let mut units = info
        .temporal_units
        .iter()
        .map(|unit| &segment[unit.clone()]);
    while decoder.next_frame(&mut || units.next(), &mut frame)? {
        shown += 1;
        if on_frame(shown - 1, &frame).is_break() {
            break;
        }
    }
    Ok(shown)
}

fn within(what: &'static str, found: u64, limit: u64) -> Result<(), DecodeError> {
    if found <= limit {
        Ok(())
    } else {
        Err(DecodeError::OverLimit { what, found, limit })
    }
}

/// rav1d for one stream of known size and length.
pub(crate) struct Decoder {
    decoder: av1::Decoder,
    width: u32,
    height: u32,
    /// Frames the stream announces.
    expected: u32,
    /// Frames that came out so far.
    found: u32,
    /// Whether the decoder holds data that it could not take yet.
    pending: bool,
}

impl Decoder {
    /// A decoder on `threads` threads; with more than one, frames come out some calls later.
    pub(crate) fn new(
        width: u32,
        height: u32,
        expected: u32,
        threads: u32,
    ) -> Result<Self, DecodeError> {
        let mut settings = av1::Settings::new();
        settings.set_n_threads(threads);
        settings.set_frame_size_limit(width * height);
        settings.set_strict_std_compliance(true);
        let decoder = av1::Decoder::with_settings(&settings)
            .map_err(|error| DecodeError::Decoder(error.to_string()))?;
        Ok(Self {
            decoder,
            width,
            height,
            expected,
            found: 0,
            pending: false,
        })
    }

    /// Decodes the next frame into `frame`, taking temporal units from `next_unit` as it needs them.
    /// Returns false after the last frame: when the units have ended and the decoder is empty.
    pub(crate) fn next_frame<'a>(
        &mut self,
        next_unit: &mut dyn FnMut() -> Option<&'a [u8]>,
        frame: &mut DecodedFrame,
    ) -> Result<bool, DecodeError> {
        loop {
            let ended = self.feed(next_unit)?;
            match self.decoder.get_picture() {
                Ok(picture) => {
                    self.copy(&picture, frame)?;
                    return Ok(true);
                }
                Err(av1::Error::Again) if ended => break,
                Err(av1::Error::Again) => {}
                Err(error) => return Err(self.frame_error(error)),
            }
        }
        if self.found != self.expected {
            return Err(DecodeError::FrameCount {
                found: self.found,
                expected: self.expected,
            });
        }
        Ok(false)
    }

    /// Whether every frame has come out, so that the stream may start again.
    pub(crate) fn is_drained(&self) -> bool {
        self.found == self.expected && !self.pending
    }

    /// Starts again; the next unit is the stream's first. Only for a drained decoder.
    pub(crate) fn rewind(&mut self) {
        debug_assert!(self.is_drained());
        self.found = 0;
    }

    /// Gives the decoder one more unit; returns true where there was none left.
    fn feed<'a>(
        &mut self,
        next_unit: &mut dyn FnMut() -> Option<&'a [u8]>,
    ) -> Result<bool, DecodeError> {
        let taken = if self.pending {
            self.decoder.send_pending_data()
        } else if let Some(unit) = next_unit() {
            self.decoder.send_data(unit.to_vec(), None, None, None)
        } else {
            return Ok(true);
        };
        self.pending = matches!(taken, Err(av1::Error::Again));
        match taken {
            Ok(()) | Err(av1::Error::Again) => Ok(false),
            Err(error) => Err(self.frame_error(error)),
        }
    }

    fn copy(
        &mut self,
        picture: &av1::Picture,
        frame: &mut DecodedFrame,
    ) -> Result<(), DecodeError> {
        let refuse = |reason: &str| DecodeError::Frame {
            frame: self.found,
            reason: reason.to_owned(),
        };
        if (picture.width(), picture.height()) != (self.width, self.height) {
            return Err(refuse("it is not of the stream's size"));
        }
        if picture.bit_depth() != 10 || picture.pixel_layout() != av1::PixelLayout::I420 {
            return Err(refuse("it is not ten bits in 4:2:0"));
        }
        if self.found == self.expected {
            let found = self.found + 1;
            return Err(DecodeError::FrameCount {
                found,
                expected: self.expected,
            });
        }
        frame.width = self.width;
        frame.height = self.height;
        let chroma_width = chroma_side(self.width);
        for (component, samples, width) in [
            (av1::PlanarImageComponent::Y, &mut frame.luma, self.width),
            (
                av1::PlanarImageComponent::U,
                &mut frame.chroma_blue,
                chroma_width,
            ),
            (
                av1::PlanarImageComponent::V,
                &mut frame.chroma_red,
                chroma_width,
            ),
        ] {
            copy_plane(picture, component, samples, width as usize);
        }
        self.found += 1;
        Ok(())
    }

    fn frame_error(&self, error: av1::Error) -> DecodeError {
        DecodeError::Frame {
            frame: self.found,
            reason: error.to_string(),
        }
    }
}

/// Copies the visible part of one plane; its rows are `stride` bytes apart in the picture.
fn copy_plane(
    picture: &av1::Picture,
    component: av1::PlanarImageComponent,
    samples: &mut Vec<u16>,
    width: usize,
) {
    let plane = picture.plane(component);
    let stride = picture.stride(component) as usize;
    samples.clear();
    for row in plane.chunks_exact(stride) {
        let sample = |pair: &[u8]| u16::from_ne_bytes([pair[0], pair[1]]);
        samples.extend(row[..2 * width].chunks_exact(2).map(sample));
    }
}
