//! Open bitstream units: the boxes an AV1 stream is made of.
//!
//! Reads the low-overhead format (sections 5.2 and 5.3 of the AV1 specification): a header byte, a
//! size in LEB128, the payload. Every length is checked against what is there. Only the shape that our
//! segments have is accepted: no extension byte (that is for layers), always a size.

use std::ops::Range;

use crate::inspect::SegmentError;

/// `obu_type`s that may stand in a segment. Metadata, padding, tile lists and the rest carry no picture
/// of ours, so a unit that has one is refused: nothing can be smuggled inside a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObuKind {
    SequenceHeader,
    TemporalDelimiter,
    FrameHeader,
    Frame,
}

/// One unit, as ranges of bytes in its stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Obu {
    pub(crate) kind: ObuKind,
    /// Header, size and payload.
    pub(crate) whole: Range<usize>,
    pub(crate) payload: Range<usize>,
}

/// Reads the unit that starts at `offset`, which must be inside `stream`.
///
/// # Errors
///
/// [`SegmentError::Truncated`] where the stream ends inside the unit, [`SegmentError::Obu`] where the
/// header is not one of ours.
pub(crate) fn read_obu(stream: &[u8], offset: usize) -> Result<Obu, SegmentError> {
    let refuse = |reason| SegmentError::Obu { offset, reason };
    let header = *stream
        .get(offset)
        .ok_or(SegmentError::Truncated { offset })?;
    if header & 0b1000_0001 != 0 {
        return Err(refuse("a reserved bit is set"));
    }
    if header & 0b0000_0100 != 0 {
        return Err(refuse("it belongs to a layer"));
    }
    if header & 0b0000_0010 == 0 {
        return Err(refuse("it has no size"));
    }
    let kind = match header >> 3 & 0b1111 {
        1 => ObuKind::SequenceHeader,
        2 => ObuKind::TemporalDelimiter,
        3 => ObuKind::FrameHeader,
        6 => ObuKind::Frame,
        _ => return Err(refuse("segments hold no units of this type")),
    };
    let size_start = offset + 1;
    let (size, size_bytes) = read_leb128(stream.get(size_start..).unwrap_or(&[]), offset)?;
    let start = size_start + size_bytes;
    let end = start.checked_add(size).filter(|&end| end <= stream.len());
    let end = end.ok_or(SegmentError::Truncated { offset })?;
    Ok(Obu {
        kind,
        whole: offset..end,
        payload: start..end,
    })
}

/// A little-endian number of seven bits a byte: its value and how many bytes it took.
fn read_leb128(bytes: &[u8], offset: usize) -> Result<(usize, usize), SegmentError> {
    let mut value = 0_u64;
    // Five bytes hold 35 bits; sizes end at 32, and our limit far below that.
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let value = usize::try_from(value).unwrap_or(usize::MAX);
            return Ok((value, index + 1));
        }
    }
    if bytes.len() < 5 {
        return Err(SegmentError::Truncated { offset });
    }
    Err(SegmentError::Obu {
        offset,
        reason: "its size has more than five bytes",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(stream: &[u8]) -> String {
        read_obu(stream, 0).unwrap_err().to_string()
    }

    #[test]
    fn a_temporal_delimiter_is_two_bytes() {
        let obu = read_obu(&[0x12, 0x00], 0).unwrap();
        assert_eq!(
            obu,
            Obu {
                kind: ObuKind::TemporalDelimiter,
                whole: 0..2,
                payload: 2..2
            }
        );
    }

    #[test]
    fn sizes_may_take_several_bytes() {
        let mut stream = vec![0x32, 0x80, 0x01];
        stream.extend([7; 128]);
        assert_eq!(read_obu(&stream, 0).unwrap().payload, 3..131);
    }

    #[test]
    fn a_size_past_the_end_is_truncation() {
        assert_eq!(
            read_obu(&[0x32, 0x03, 0, 0], 0),
            Err(SegmentError::Truncated { offset: 0 })
        );
        assert_eq!(
            read_obu(&[0x32, 0x80], 0),
            Err(SegmentError::Truncated { offset: 0 })
        );
        let longest = [0x32, 0xff, 0xff, 0xff, 0xff, 0x7f];
        assert_eq!(
            read_obu(&longest, 0),
            Err(SegmentError::Truncated { offset: 0 })
        );
    }

    #[test]
    fn shapes_that_are_not_ours_are_refused() {
        assert!(refusal(&[0x92, 0]).contains("reserved bit"));
        assert!(refusal(&[0x16, 0, 0]).contains("layer"));
        assert!(refusal(&[0x10]).contains("no size"));
        assert!(refusal(&[0x7a, 0]).contains("this type"));
        assert!(refusal(&[0x32, 0x80, 0x80, 0x80, 0x80, 0x80, 0]).contains("five bytes"));
    }
}
