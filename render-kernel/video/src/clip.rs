//! A clip file back to frames, for the player.
//!
//! [`ClipReader`] takes a clip into memory and reads its index; [`ClipDecoder`] plays it, again and
//! again where it is a loop. Only files of the shape that [`crate::join_segments`] writes are read. A
//! clip has come through a signed manifest and a checksum before it gets here, and is still held to
//! the same structural checks as a segment from a stranger.

use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use thiserror::Error;

use crate::boxes::{Bytes, find, find_full, find_path};
use crate::inspect::{Group, SegmentError};
use crate::join::TICKS_PER_FRAME;
use crate::limits::{
    CLIP_BYTES_MAX, CLIP_FRAMES_MAX, CLIP_INDEX_BYTES_MAX, FPS_MAX, SEGMENT_FRAMES_MAX,
};

#[cfg(feature = "decode")]
use crate::{
    decode::{DecodeError, Decoder},
    planes::DecodedFrame,
};

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
    #[cfg(feature = "decode")]
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
    #[cfg(feature = "decode")]
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

    #[cfg(feature = "decode")]
    fn start(&self, threads: u32) -> Result<Decoder, DecodeError> {
        Decoder::new(self.width, self.height, self.frames(), threads)
    }
}

/// Plays a clip: an iterator over its frames, in order, that ends after the last one.
///
/// No frame is lost at the end: the decoder is drained before the iterator says `None`.
/// [`ClipDecoder::restart`] then makes it start again, which costs nothing. After an error it says
/// `None` until it is restarted.
#[cfg(feature = "decode")]
pub struct ClipDecoder {
    clip: ClipReader,
    decoder: Decoder,
    next_unit: usize,
    threads: u32,
    state: State,
}

#[cfg(feature = "decode")]
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Playing,
    Ended,
    Failed,
}

#[cfg(feature = "decode")]
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

#[cfg(feature = "decode")]
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

/// What the `moov` box says.
struct Index {
    fps: u32,
    units: Vec<Range<usize>>,
    /// Frames that start a segment, counted from 0.
    segment_starts: Vec<u32>,
    sequence_header: Vec<u8>,
}

impl Index {
    fn read(file: &[u8]) -> Result<Self, ClipError> {
        let missing = |part| move || ClipError::Index(part);
        let movie = find(file, b"moov").ok_or_else(missing("moov"))?;
        if movie.len() > CLIP_INDEX_BYTES_MAX {
            return Err(ClipError::Index("moov is too large"));
        }
        let media = find_path(movie, &[b"trak", b"mdia"]).ok_or_else(missing("mdia"))?;
        let table = find_path(media, &[b"minf", b"stbl"]).ok_or_else(missing("stbl"))?;
        let sizes = read_sizes(table).ok_or_else(missing("stsz"))?;
        let frames = sizes.len() as u32;
        Ok(Self {
            fps: read_frame_rate(media, table, frames).ok_or_else(missing("frame rate"))?,
            units: read_units(table, &sizes, file.len()).ok_or_else(missing("chunks"))?,
            segment_starts: read_segment_starts(table, frames).ok_or_else(missing("stss"))?,
            sequence_header: read_configuration(table)
                .ok_or_else(missing("av1C"))?
                .to_vec(),
        })
    }

    /// Holds every frame to the structure of a segment; returns the frames' size.
    fn check_frames(&self, file: &[u8]) -> Result<(u32, u32), ClipError> {
        let mut size = None;
        let ends = self.segment_starts[1..]
            .iter()
            .copied()
            .chain([self.units.len() as u32]);
        for (&start, end) in self.segment_starts.iter().zip(ends) {
            let mut group = Group::default();
            for frame in start..end {
                let unit = self.units[frame as usize].clone();
                let read = group.read_unit(&file[..unit.end], unit.start);
                let read = read.map_err(|error| ClipError::Segment { frame, error })?;
                if read != unit.end {
                    return Err(ClipError::Index("a sample holds more than one frame"));
                }
            }
            // Unwrap safety: the group's first unit was read, which needs a sequence header.
            let (header, bytes) = group.sequence.expect("every group has a sequence header");
            if file[bytes] != self.sequence_header {
                return Err(ClipError::Index(
                    "a segment has another sequence header than av1C",
                ));
            }
            size = Some((header.width, header.height));
        }
        size.ok_or(ClipError::Index("no frames"))
    }
}

/// Bytes of each frame, at least one frame.
fn read_sizes(table: &[u8]) -> Option<Vec<u32>> {
    let mut sizes = find_full(table, b"stsz", 0)?;
    let common = sizes.u32()?;
    let rows = sizes.table::<1>(CLIP_FRAMES_MAX)?;
    (common == 0 && !rows.is_empty()).then(|| rows.into_iter().flatten().collect())
}

/// Frames a second: all frames last [`TICKS_PER_FRAME`] of the track's clock.
fn read_frame_rate(media: &[u8], table: &[u8], frames: u32) -> Option<u32> {
    let mut header = find_full(media, b"mdhd", 1)?;
    // Creation and modification time; `join` writes 64-bit times, which are version 1.
    header.take(16)?;
    let timescale = header.u32()?;
    let durations = find_full(table, b"stts", 0)?.table::<2>(1)?;
    let fps = timescale / TICKS_PER_FRAME;
    let is_whole = timescale % TICKS_PER_FRAME == 0 && (1..=FPS_MAX).contains(&fps);
    (is_whole && durations == [[frames, TICKS_PER_FRAME]]).then_some(fps)
}

/// Where each frame stands: chunks follow one another, and within a chunk the frames do.
fn read_units(table: &[u8], sizes: &[u32], file_bytes: usize) -> Option<Vec<Range<usize>>> {
    let offsets = find_full(table, b"stco", 0)?.table::<1>(CLIP_FRAMES_MAX)?;
    let runs = find_full(table, b"stsc", 0)?.table::<3>(CLIP_FRAMES_MAX)?;
    let mut runs = runs.into_iter().peekable();
    let mut per_chunk = 0;
    let mut sizes = sizes.iter();
    let mut units = Vec::with_capacity(sizes.len());
    for (chunk, [offset]) in (1..).zip(offsets) {
        if let Some([_, samples, _]) = runs.next_if(|run| run[0] == chunk) {
            per_chunk = samples;
        }
        if !(1..=SEGMENT_FRAMES_MAX).contains(&per_chunk) {
            return None;
        }
        let mut start = offset as usize;
        for size in sizes.by_ref().take(per_chunk as usize) {
            let end = start
                .checked_add(*size as usize)
                .filter(|&end| end <= file_bytes)?;
            units.push(start..end);
            start = end;
        }
    }
    (sizes.len() == 0 && runs.next().is_none()).then_some(units)
}

/// The frames that start a segment, counted from 0; the first is 0 and they rise.
fn read_segment_starts(table: &[u8], frames: u32) -> Option<Vec<u32>> {
    let rows = find_full(table, b"stss", 0)?.table::<1>(frames)?;
    let starts: Vec<u32> = rows
        .iter()
        .map(|[sample]| sample.checked_sub(1))
        .collect::<Option<_>>()?;
    let is_sound =
        starts.first() == Some(&0) && starts.is_sorted_by(|a, b| a < b) && starts.last()? < &frames;
    is_sound.then_some(starts)
}

/// The sequence header that the `av01` sample entry carries.
fn read_configuration(table: &[u8]) -> Option<&[u8]> {
    let mut entries = find_full(table, b"stsd", 0)?;
    if entries.u32()? != 1 {
        return None;
    }
    let mut entry = Bytes(find(entries.0, b"av01")?);
    // The fields of a visual sample entry; frame sizes are taken from the sequence header.
    entry.take(78)?;
    let configuration = find(entry.0, b"av1C")?;
    configuration.get(4..)
}
