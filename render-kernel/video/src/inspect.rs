//! What a segment says about itself, read without decoding a pixel.
//!
//! This is the first and cheapest check of a submission, and the frame of the later ones: it fixes the
//! frame size and the number of frames before a decoder allocates for them. A segment that passes is
//! one closed group of pictures:
//!
//! * it starts with a temporal delimiter, and every temporal unit has one;
//! * every unit shows exactly one frame, as the last thing it does;
//! * the first frame is shown and is the only key frame, right behind the only sequence header, so no
//!   reference reaches outside the segment and every frame has the sequence's size;
//! * nothing else is in it: no metadata, no padding, no layers.
//!
//! Source: AV1 Bitstream & Decoding Process Specification, sections 5.3 to 5.9 and 7.5.

use std::ops::Range;

use thiserror::Error;

use crate::bits::BitReader;
use crate::limits::{SEGMENT_BYTES_MAX, SEGMENT_FRAMES_MAX};
use crate::obu::{Obu, ObuKind, read_obu};
use crate::sequence::{SequenceHeader, read_sequence_header};

/// What [`inspect_segment`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentInfo {
    /// The sequence header, as the whole OBU: header byte, size, payload.
    pub sequence_header: Vec<u8>,
    /// Width of every frame, in pixels.
    pub width: u32,
    /// Height of every frame, in pixels.
    pub height: u32,
    /// The AV1 level it declares, as `seq_level_idx`.
    pub level_index: u8,
    /// The temporal units in order, one for each frame shown: ranges of the segment's bytes, without
    /// the temporal delimiters.
    pub temporal_units: Vec<Range<usize>>,
}

impl SegmentInfo {
    /// Frames the segment shows.
    #[must_use]
    pub fn frames(&self) -> u32 {
        // At most SEGMENT_FRAMES_MAX of them were accepted.
        self.temporal_units.len() as u32
    }
}

/// Why a stream is not one of our segments. Each is a verdict about the bytes: trying again cannot help.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SegmentError {
    /// It is larger than [`SEGMENT_BYTES_MAX`].
    #[error("segment of {bytes} bytes, the limit is {SEGMENT_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It shows more than [`SEGMENT_FRAMES_MAX`] frames.
    #[error("segment of more than {SEGMENT_FRAMES_MAX} frames")]
    TooManyFrames,
    /// It ends inside a unit, or has none.
    #[error("stream ends inside the unit at byte {offset}")]
    Truncated {
        /// Where the unit starts.
        offset: usize,
    },
    /// A unit that no segment of ours contains.
    #[error("unit at byte {offset} is refused: {reason}")]
    Obu {
        /// Where the unit starts.
        offset: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The sequence header describes a kind of stream that our recipes never make.
    #[error("sequence header is refused: {0}")]
    Sequence(&'static str),
    /// The sequence header announces frames outside [`crate::limits`].
    #[error("frames of {width}x{height} are outside the limits")]
    FrameSize {
        /// Announced width in pixels.
        width: u32,
        /// Announced height in pixels.
        height: u32,
    },
    /// The units are fine one by one, but they do not make one closed group of pictures.
    #[error("not one closed group of pictures, at byte {offset}: {reason}")]
    Group {
        /// The unit where it shows.
        offset: usize,
        /// What is wrong.
        reason: &'static str,
    },
}

/// Reads the structure of a segment. Pure, linear in the bytes; allocates one range for each frame.
///
/// The caller compares [`SegmentInfo::sequence_header`] with the recipe's and
/// [`SegmentInfo::frames`] with the work unit's.
///
/// # Errors
///
/// [`SegmentError`]; all of them mean that the segment is to be refused.
pub fn inspect_segment(segment: &[u8]) -> Result<SegmentInfo, SegmentError> {
    if segment.len() > SEGMENT_BYTES_MAX {
        return Err(SegmentError::TooLarge {
            bytes: segment.len(),
        });
    }
    if segment.is_empty() {
        return Err(SegmentError::Truncated { offset: 0 });
    }
    let mut group = Group::default();
    let mut temporal_units = Vec::new();
    let mut offset = 0;
    while offset < segment.len() {
        if temporal_units.len() == SEGMENT_FRAMES_MAX as usize {
            return Err(SegmentError::TooManyFrames);
        }
        let delimiter = read_obu(segment, offset)?;
        if delimiter.kind != ObuKind::TemporalDelimiter || !delimiter.payload.is_empty() {
            let reason = "a temporal delimiter should stand here";
            return Err(SegmentError::Group { offset, reason });
        }
        let start = delimiter.whole.end;
        offset = group.read_unit(segment, start)?;
        temporal_units.push(start..offset);
    }
    // Unwrap safety: the first unit was read, and reading it without a sequence header is an error.
    let (header, bytes) = group
        .sequence
        .expect("the first unit has a sequence header");
    Ok(SegmentInfo {
        sequence_header: segment[bytes].to_vec(),
        width: header.width,
        height: header.height,
        level_index: header.level_index,
        temporal_units,
    })
}

/// One closed group of pictures while its units are read.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// The sequence header, and where its OBU stands in the stream of the first unit.
    pub(crate) sequence: Option<(SequenceHeader, Range<usize>)>,
    key_seen: bool,
}

impl Group {
    /// Reads one temporal unit from `start` (behind its temporal delimiter, if it has one) to the
    /// frame that it shows, and returns where it ends.
    ///
    /// # Errors
    ///
    /// [`SegmentError`] for the first thing that does not fit the group.
    pub(crate) fn read_unit(&mut self, stream: &[u8], start: usize) -> Result<usize, SegmentError> {
        let mut offset = start;
        loop {
            let obu = read_obu(stream, offset)?;
            offset = obu.whole.end;
            let shown = match obu.kind {
                ObuKind::TemporalDelimiter => {
                    let reason = "a temporal unit shows no frame";
                    return Err(SegmentError::Group {
                        offset: obu.whole.start,
                        reason,
                    });
                }
                ObuKind::SequenceHeader => {
                    self.read_sequence(stream, &obu)?;
                    false
                }
                ObuKind::FrameHeader => self.read_shown_again(stream, &obu)?,
                ObuKind::Frame => self.read_frame(stream, &obu)?,
            };
            if shown {
                return Ok(offset);
            }
        }
    }

    fn read_sequence(&mut self, stream: &[u8], obu: &Obu) -> Result<(), SegmentError> {
        if self.sequence.is_some() {
            let reason = "a second sequence header";
            return Err(SegmentError::Group {
                offset: obu.whole.start,
                reason,
            });
        }
        let header = read_sequence_header(&stream[obu.payload.clone()])?;
        self.sequence = Some((header, obu.whole.clone()));
        Ok(())
    }

    /// A frame header that stands alone: it must show a frame that an earlier unit has coded.
    fn read_shown_again(&self, stream: &[u8], obu: &Obu) -> Result<bool, SegmentError> {
        let refuse = |reason| SegmentError::Group {
            offset: obu.whole.start,
            reason,
        };
        if !self.key_seen {
            return Err(refuse("a frame is shown again before there is one"));
        }
        let mut bits = BitReader::new(&stream[obu.payload.clone()]);
        let show_existing_frame = bits.flag() == Some(true);
        let frame_to_show = bits.number(3);
        if !show_existing_frame || frame_to_show.is_none() || !bits.ends_in_trailing_bits() {
            return Err(refuse("a frame header without its frame"));
        }
        Ok(true)
    }

    /// A coded frame. Returns whether it is shown at once.
    fn read_frame(&mut self, stream: &[u8], obu: &Obu) -> Result<bool, SegmentError> {
        let refuse = |reason| SegmentError::Group {
            offset: obu.whole.start,
            reason,
        };
        if self.sequence.is_none() {
            return Err(refuse("a frame before the sequence header"));
        }
        let header =
            FrameHeader::read(&stream[obu.payload.clone()]).ok_or(SegmentError::Truncated {
                offset: obu.whole.start,
            })?;
        let is_key = header.kind == FrameKind::Key;
        if header.shows_existing {
            return Err(refuse("a coded frame that claims to be an old one"));
        }
        if header.kind == FrameKind::Switch {
            return Err(refuse("a switch frame"));
        }
        if header.has_own_size {
            return Err(refuse("a frame with a size of its own"));
        }
        if is_key == self.key_seen {
            return Err(refuse(if is_key {
                "a second key frame"
            } else {
                "no key frame first"
            }));
        }
        if is_key && !header.shown {
            return Err(refuse("the key frame is not shown"));
        }
        self.key_seen = true;
        Ok(header.shown)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FrameKind {
    Key,
    Inter,
    IntraOnly,
    Switch,
}

/// The first fields of a frame header (section 5.9.2), up to `frame_size_override_flag`. What the
/// fields are depends on the sequence header; `sequence` has refused all but one form.
struct FrameHeader {
    shows_existing: bool,
    kind: FrameKind,
    shown: bool,
    has_own_size: bool,
}

impl FrameHeader {
    /// Reads them, or `None` where the payload is too short.
    fn read(payload: &[u8]) -> Option<Self> {
        let mut bits = BitReader::new(payload);
        let shows_existing = bits.flag()?;
        let kind = match bits.number(2)? {
            0 => FrameKind::Key,
            1 => FrameKind::Inter,
            2 => FrameKind::IntraOnly,
            _ => FrameKind::Switch,
        };
        let shown = bits.flag()?;
        if !shown {
            // Whether it may be shown later.
            bits.flag()?;
        }
        if !(kind == FrameKind::Switch || kind == FrameKind::Key && shown) {
            // Error resilience; the others have it always.
            bits.flag()?;
        }
        // Whether probabilities stay as they are.
        bits.flag()?;
        let has_own_size = bits.flag()?;
        Some(Self {
            shows_existing,
            kind,
            shown,
            has_own_size,
        })
    }
}
