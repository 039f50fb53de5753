//! A clip file back to frames, for the player.
//!
//! [`ClipReader`] takes a clip into memory and reads its index ([`index`], over [`boxes`]);
//! [`ClipDecoder`] plays it, again and again where it is a loop. Only files of the shape that
//! [`crate::join_segments`] writes are read. A clip has come through a signed manifest and a checksum
//! before it gets here, and is still held to the same structural checks as a segment from a stranger.

mod boxes;
mod index;

use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use thiserror::Error;

use crate::decode::{DecodeError, Decoder};
use crate::inspect::SegmentError;
use crate::limits::CLIP_BYTES_MAX;
use crate::planes::DecodedFrame;
use index::Index;

/// Why a file is not a clip of ours.
#[derive(Debug, Error)]
pub enum ClipError {
    /// The file could not be read; trying again may help.
    #[error("clip cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// It is larger than [`CLIP_BYTES_MAX`].
    #[error("clip of more than {CLIP_BYTES_MAX} bytes")]
    TooLarge,
    /// Its index is damaged or of another kind; the text names the part.
    #[error("clip index: {0}")]
    Index(&'static str),
    /// The frames of one of its segments do not make a closed group of pictures.
    #[error("clip frame {frame}: {error}")]
    Segment {
        /// The frame, counted from 0.
        frame: u32,
        /// What is wrong with it; offsets count from the file's start.
        error: SegmentError,
    },
}

/// An open clip: its bytes and its index. Cheap to clone; the bytes are shared.
#[derive(Clone)]
pub struct ClipReader {
    bytes: Arc<[u8]>,
    /// Where each frame's temporal unit stands in `bytes`.
    units: Arc<[Range<usize>]>,
    width: u32,
    height: u32,
    fps: u32,
}

impl ClipReader {
    /// Reads a whole clip: a file, or a `&[u8]`.
    ///
    /// # Errors
    ///
    /// [`ClipError::Read`] where `source` fails; the others say that this is not a clip of ours, or no
    /// longer one.
    pub fn open(source: impl Read) -> Result<Self, ClipError> {
        let mut bytes = Vec::new();
        source
            .take(CLIP_BYTES_MAX as u64 + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() > CLIP_BYTES_MAX {
            return Err(ClipError::TooLarge);
        }
        let index = Index::read(&bytes)?;
        let (width, height) = index.check_frames(&bytes)?;
        Ok(Self {
            bytes: bytes.into(),
            units: index.units.into(),
            width,
            height,
            fps: index.fps,
        })
    }

    /// Frames in the clip, at least 1.
    #[must_use]
    pub fn frames(&self) -> u32 {
        // The index was held to CLIP_FRAMES_MAX.
        self.units.len() as u32
    }

    /// Frames a second.
    #[must_use]
    pub fn fps(&self) -> u32 {
        self.fps
    }

    /// Width of every frame, in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height of every frame, in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// A decoder that stands before frame 0, on one thread for each processor but at most four: enough
    /// for 1080p at 60 frames a second.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Decoder`] where the machine is out of memory or threads.
    pub fn decoder(&self) -> Result<ClipDecoder, DecodeError> {
        let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(4));
        self.decoder_on(threads as u32)
    }

    /// The same on a number of threads, 1 to 64; the frames do not depend on it. With more than one,
    /// the decoder works some frames ahead.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Decoder`] where the machine is out of memory or threads.
    pub fn decoder_on(&self, threads: u32) -> Result<ClipDecoder, DecodeError> {
        let threads = threads.clamp(1, 64);
        let decoder = self.start(threads)?;
        let clip = self.clone();
        Ok(ClipDecoder {
            clip,
            decoder,
            next_unit: 0,
            threads,
            state: State::Playing,
        })
    }

    fn start(&self, threads: u32) -> Result<Decoder, DecodeError> {
        Decoder::new(self.width, self.height, self.frames(), threads)
    }
}

/// Plays a clip: an iterator over its frames, in order, that ends after the last one.
///
/// No frame is lost at the end: the decoder is drained before the iterator says `None`.
/// [`ClipDecoder::restart`] then makes it start again, which costs nothing. After an error it says
/// `None` until it is restarted.
pub struct ClipDecoder {
    clip: ClipReader,
    decoder: Decoder,
    next_unit: usize,
    threads: u32,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Playing,
    Ended,
    Failed,
}

impl ClipDecoder {
    /// Goes back to frame 0, from wherever it stands.
    ///
    /// # Errors
    ///
    /// [`DecodeError::Decoder`] where a new decoder was needed (in mid-clip, or after an error) and the
    /// machine is out of memory or threads.
    pub fn restart(&mut self) -> Result<(), DecodeError> {
        if self.state == State::Ended {
            self.decoder.rewind();
        } else {
            self.decoder = self.clip.start(self.threads)?;
        }
        self.next_unit = 0;
        self.state = State::Playing;
        Ok(())
    }

    /// Decodes the next frame into `frame`, whose buffers are reused. Returns false after the last one.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] where the clip's data is damaged.
    pub fn next_into(&mut self, frame: &mut DecodedFrame) -> Result<bool, DecodeError> {
        if self.state != State::Playing {
            return Ok(false);
        }
        let Self {
            clip,
            decoder,
            next_unit,
            ..
        } = self;
        let mut feed = || {
            let unit = clip.units.get(*next_unit)?;
            *next_unit += 1;
            Some(&clip.bytes[unit.clone()])
        };
        let more = decoder.next_frame(&mut feed, frame);
        match more {
            Ok(true) => {}
            Ok(false) => self.state = State::Ended,
            Err(_) => self.state = State::Failed,
        }
        more
    }
}

impl Iterator for ClipDecoder {
    type Item = Result<DecodedFrame, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut frame = DecodedFrame::default();
        match self.next_into(&mut frame) {
            Ok(true) => Some(Ok(frame)),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}
