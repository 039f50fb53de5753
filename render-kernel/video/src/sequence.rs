//! The sequence header: what a stream says about all its frames.
//!
//! Reads section 5.5 of the AV1 specification, and accepts only what our encoder is ever told to
//! write: main profile, ten bits, 4:2:0, BT.709 in limited range, one layer, no film grain, no
//! scaling. A stream outside this is refused here, before a decoder sees it.

use crate::bits::BitReader;
use crate::inspect::SegmentError;
use crate::limits::{FRAME_HEIGHT_MAX, FRAME_SIDE_MIN, FRAME_WIDTH_MAX};

/// `color_primaries`, `transfer_characteristics` and `matrix_coefficients` of BT.709.
const BT709: u32 = 1;

/// `chroma_sample_position`: left of the luma samples, halfway between two rows.
const CHROMA_AT_THE_LEFT: u32 = 1;

/// The fields that something here needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SequenceHeader {
    /// Width of every frame, in pixels.
    pub(crate) width: u32,
    /// Height of every frame, in pixels.
    pub(crate) height: u32,
    /// `seq_level_idx`.
    pub(crate) level_index: u8,
}

/// Reads the payload of a sequence header OBU.
///
/// # Errors
///
/// [`SegmentError::Sequence`] with what does not fit, [`SegmentError::FrameSize`] where a frame would
/// be outside [`crate::limits`].
pub(crate) fn read_sequence_header(payload: &[u8]) -> Result<SequenceHeader, SegmentError> {
    let mut fields = Fields {
        bits: BitReader::new(payload),
    };
    let level_index = fields.profile_and_level()?;
    let (width, height) = fields.frame_size()?;
    fields.tools()?;
    fields.colour()?;
    fields.must_be("film grain", false)?;
    if !fields.bits.ends_in_trailing_bits() {
        return Err(SegmentError::Sequence(
            "it does not end where its fields end",
        ));
    }
    let width_fits = (FRAME_SIDE_MIN..=FRAME_WIDTH_MAX).contains(&width);
    let height_fits = (FRAME_SIDE_MIN..=FRAME_HEIGHT_MAX).contains(&height);
    if !width_fits || !height_fits {
        return Err(SegmentError::FrameSize { width, height });
    }
    Ok(SequenceHeader {
        width,
        height,
        level_index,
    })
}

/// The header's fields, in their order.
struct Fields<'a> {
    bits: BitReader<'a>,
}

impl Fields<'_> {
    fn number(&mut self, bits: u32) -> Result<u32, SegmentError> {
        self.bits
            .number(bits)
            .ok_or(SegmentError::Sequence("it is cut short"))
    }

    fn flag(&mut self) -> Result<bool, SegmentError> {
        self.bits
            .flag()
            .ok_or(SegmentError::Sequence("it is cut short"))
    }

    /// Reads a flag that has one value in all our streams; `what` names it in the refusal.
    fn must_be(&mut self, what: &'static str, expected: bool) -> Result<(), SegmentError> {
        if self.flag()? == expected {
            Ok(())
        } else {
            Err(SegmentError::Sequence(what))
        }
    }

    /// The same for a number.
    fn must_equal(
        &mut self,
        what: &'static str,
        bits: u32,
        expected: u32,
    ) -> Result<(), SegmentError> {
        if self.number(bits)? == expected {
            Ok(())
        } else {
            Err(SegmentError::Sequence(what))
        }
    }

    /// From `seq_profile` to the operating point; returns its level.
    fn profile_and_level(&mut self) -> Result<u8, SegmentError> {
        self.must_equal("profile other than main", 3, 0)?;
        self.must_be("still picture", false)?;
        self.must_be("reduced header", false)?;
        self.must_be("timing information", false)?;
        self.must_be("display delay", false)?;
        self.must_equal("more than one operating point", 5, 0)?;
        self.must_equal("layers", 12, 0)?;
        let level_index = self.number(5)? as u8;
        if level_index > 7 {
            self.must_be("high tier", false)?;
        }
        Ok(level_index)
    }

    fn frame_size(&mut self) -> Result<(u32, u32), SegmentError> {
        let width_bits = self.number(4)? + 1;
        let height_bits = self.number(4)? + 1;
        let width = self.number(width_bits)? + 1;
        let height = self.number(height_bits)? + 1;
        self.must_be("frame numbers", false)?;
        Ok((width, height))
    }

    /// From `use_128x128_superblock` to `enable_restoration`: coding tools, most of them free.
    fn tools(&mut self) -> Result<(), SegmentError> {
        // Superblock size, filter intra, intra edge filter.
        self.number(3)?;
        // Inter-intra compound, masked compound, warped motion, dual filter.
        self.number(4)?;
        self.must_be("no order hints", true)?;
        // Jointly weighted compound, reference frame motion vectors.
        self.number(2)?;
        // The frame header's first fields depend on these two; see `inspect`.
        self.must_be("screen content tools by frame", false)?;
        self.must_be("screen content tools", false)?;
        // Bits of an order hint.
        self.number(3)?;
        self.must_be("super-resolution", false)?;
        // Directional enhancement, restoration.
        self.number(2)?;
        Ok(())
    }

    fn colour(&mut self) -> Result<(), SegmentError> {
        self.must_be("eight bits", true)?;
        self.must_be("monochrome", false)?;
        self.must_be("no colour description", true)?;
        self.must_equal("primaries other than BT.709", 8, BT709)?;
        self.must_equal("transfer other than BT.709", 8, BT709)?;
        self.must_equal("matrix other than BT.709", 8, BT709)?;
        self.must_be("full range", false)?;
        self.must_equal("chroma not at the left", 2, CHROMA_AT_THE_LEFT)?;
        // Separate quantizers for the two chroma planes.
        self.flag()?;
        Ok(())
    }
}
