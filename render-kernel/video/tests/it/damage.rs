//! Streams that are damaged, forged or not ours: each is refused with the error that says so.

use std::ops::ControlFlow;

use woolgather_video::{
    DecodeError, DecodeLimits, EncoderSettings, SegmentError, decode_segment, inspect_segment,
    limits,
};

use crate::flames::{flames, small_settings};
use crate::round_trip::{decode, encode};

/// A temporal delimiter.
pub(crate) const DELIMITER: [u8; 2] = [0x12, 0x00];

fn settings() -> EncoderSettings {
    EncoderSettings {
        segment_frames: 3,
        ..small_settings()
    }
}

pub(crate) fn segment() -> Vec<u8> {
    encode(&settings(), &flames(&settings(), 0, 20))
}

/// The segment's temporal units with their delimiters.
fn units(segment: &[u8]) -> Vec<Vec<u8>> {
    let info = inspect_segment(segment).unwrap();
    let units = info.temporal_units.iter();
    units
        .map(|unit| [&DELIMITER[..], &segment[unit.clone()]].concat())
        .collect()
}

fn check_refused(stream: &[u8], expected: &str) {
    let error = inspect_segment(stream).expect_err(expected).to_string();
    assert!(
        error.contains(expected),
        "{error:?} does not say {expected:?}"
    );
    let error = decode(stream).expect_err(expected);
    assert!(matches!(error, DecodeError::Segment(_)), "{error:?}");
}

#[test]
fn every_truncation_is_noticed() {
    let segment = segment();
    let whole: Vec<usize> = {
        let info = inspect_segment(&segment).unwrap();
        info.temporal_units.iter().map(|unit| unit.end).collect()
    };
    for length in 0..segment.len() {
        match inspect_segment(&segment[..length]) {
            // Cut between two frames, it is a good segment with too few of them.
            Ok(info) => assert_eq!(whole[info.frames() as usize - 1], length),
            Err(error) => assert!(matches!(error, SegmentError::Truncated { .. }), "{error:?}"),
        }
    }
}

#[test]
fn units_in_the_wrong_order_are_not_a_group() {
    let segment = segment();
    let units = units(&segment);
    check_refused(&units[1..].concat(), "a frame before the sequence header");
    check_refused(
        &[&segment[..], &segment[..]].concat(),
        "a second sequence header",
    );
    check_refused(&segment[2..], "a temporal delimiter should stand here");
    check_refused(&[&DELIMITER[..], &segment[..]].concat(), "shows no frame");
    let key_again = [
        &units[0][..],
        &DELIMITER,
        &units[0][2 + 2 + header_bytes(&segment)..],
    ];
    check_refused(&key_again.concat(), "a second key frame");
}

/// Bytes of the sequence header's payload; its OBU starts at byte 2.
fn header_bytes(segment: &[u8]) -> usize {
    segment[3].into()
}

#[test]
fn nothing_can_be_smuggled_between_the_frames() {
    let segment = segment();
    let padding = [0x7a, 0x03, 1, 2, 3];
    check_refused(
        &[&segment[..], &DELIMITER, &padding].concat(),
        "no units of this type",
    );
    let metadata = [0x2a, 0x02, 0x01, 0x80];
    let units = units(&segment);
    check_refused(
        &[&units[0][..], &DELIMITER, &metadata, &units[1][2..]].concat(),
        "no units of this type",
    );
    let trailing_delimiter = [&segment[..], &DELIMITER].concat();
    assert!(matches!(
        inspect_segment(&trailing_delimiter),
        Err(SegmentError::Truncated { .. })
    ));
}

#[test]
fn frames_must_be_what_the_group_says() {
    let segment = segment();
    let units = units(&segment);
    let change_frame = |unit: usize, change: &dyn Fn(u8) -> u8| {
        let mut units = units.clone();
        let frame = if unit == 0 {
            2 + 2 + header_bytes(&segment)
        } else {
            2
        };
        // The frame header's first byte stands behind the OBU's header and its size.
        let size_bytes = units[unit][frame + 1..]
            .iter()
            .position(|byte| byte & 0x80 == 0)
            .unwrap();
        let byte = &mut units[unit][frame + 1 + size_bytes + 1];
        *byte = change(*byte);
        units.concat()
    };
    // show_existing_frame, frame_type: 2 bits, show_frame, error_resilient_mode, disable_cdf_update,
    // frame_size_override_flag; a shown key frame has no error_resilient_mode.
    check_refused(
        &change_frame(1, &|byte| byte | 0x80),
        "claims to be an old one",
    );
    check_refused(&change_frame(1, &|byte| byte & 0x9f), "a second key frame");
    check_refused(&change_frame(1, &|byte| byte | 0x60), "a switch frame");
    check_refused(&change_frame(1, &|byte| byte | 0x02), "a size of its own");
    check_refused(&change_frame(0, &|byte| byte | 0x04), "a size of its own");
    check_refused(
        &change_frame(0, &|byte| byte & 0xef),
        "the key frame is not shown",
    );
    check_refused(&change_frame(0, &|byte| byte | 0x20), "no key frame first");
}

/// Replaces the sequence header's payload, given as `0` and `1` up to the trailing bits.
fn with_header(segment: &[u8], bits: &str) -> Vec<u8> {
    let mut padded = format!("{bits}1");
    while padded.len() % 8 != 0 {
        padded.push('0');
    }
    let payload: Vec<u8> = (0..padded.len())
        .step_by(8)
        .map(|at| u8::from_str_radix(&padded[at..at + 8], 2).unwrap())
        .collect();
    let behind = 2 + 2 + header_bytes(segment);
    [
        &segment[..3],
        &[payload.len() as u8],
        &payload,
        &segment[behind..],
    ]
    .concat()
}

/// The sequence header's fields as `0` and `1`.
fn header_bits(segment: &[u8]) -> String {
    let payload = &segment[4..4 + header_bytes(segment)];
    let bits: String = payload.iter().map(|byte| format!("{byte:08b}")).collect();
    bits.trim_end_matches('0')
        .strip_suffix('1')
        .unwrap()
        .to_owned()
}

#[test]
fn a_sequence_of_another_kind_is_refused_by_name() {
    let segment = segment();
    let bits = header_bits(&segment);
    assert_eq!(with_header(&segment, &bits), segment);
    let end = bits.len();
    let flip = |at: usize| {
        let mut bits = bits.clone().into_bytes();
        bits[at] ^= 1;
        with_header(&segment, std::str::from_utf8(&bits).unwrap())
    };
    check_refused(&flip(2), "profile");
    check_refused(&flip(3), "still picture");
    check_refused(&flip(5), "timing information");
    check_refused(&flip(11), "operating point");
    // Counted from the end: film grain, the chroma planes' quantizers, chroma position (2), range,
    // matrix (8), transfer (8), primaries (8), description, monochrome, high bit depth.
    check_refused(&flip(end - 1), "film grain");
    check_refused(&flip(end - 3), "chroma");
    check_refused(&flip(end - 5), "full range");
    check_refused(&flip(end - 6), "matrix");
    check_refused(&flip(end - 14), "transfer");
    check_refused(&flip(end - 22), "primaries");
    check_refused(&flip(end - 30), "colour description");
    check_refused(&flip(end - 31), "monochrome");
    check_refused(&flip(end - 32), "eight bits");
    check_refused(&flip(end - 35), "super-resolution");
    check_refused(
        &with_header(&segment, &format!("{bits}1")),
        "where its fields end",
    );
    check_refused(&with_header(&segment, &bits[..end - 38]), "cut short");
}

/// The sequence header of 96x64 pixels at level 2.0, which has no tier: the size stands from bit 29,
/// first the number of bits of width and height (7 and 6), less one, then both, less one.
const SIZE_96_64: &str = "011001011011111111111";

#[test]
fn a_giant_picture_is_refused_from_its_header() {
    let segment = segment();
    let bits = header_bits(&segment);
    assert_eq!(&bits[29..50], SIZE_96_64);
    let giant = format!(
        "{}11111111{:016b}{:016b}{}",
        &bits[..29],
        65_535,
        65_535,
        &bits[50..]
    );
    let stream = with_header(&segment, &giant);
    let expected = SegmentError::FrameSize {
        width: 65_536,
        height: 65_536,
    };
    assert_eq!(inspect_segment(&stream), Err(expected.clone()));
    assert_eq!(decode(&stream), Err(DecodeError::Segment(expected)));
}

#[test]
fn a_larger_picture_than_its_frames_is_not_believed() {
    let segment = segment();
    let bits = header_bits(&segment);
    let larger = format!(
        "{}01110111{:08b}{:08b}{}",
        &bits[..29],
        191,
        127,
        &bits[50..]
    );
    let stream = with_header(&segment, &larger);
    assert_eq!(inspect_segment(&stream).unwrap().width, 192);
    // The data is for 96x64; whatever comes out of it, it is no picture of the recipe.
    let recipe = DecodeLimits {
        width_max: 96,
        ..DecodeLimits::default()
    };
    let refused = decode_segment(&stream, &recipe, &mut |_, _| ControlFlow::Continue(()));
    assert!(matches!(
        refused,
        Err(DecodeError::OverLimit {
            what: "frame width",
            ..
        })
    ));
}

#[test]
fn too_many_frames_and_too_many_bytes_are_limits() {
    let segment = segment();
    let units = units(&segment);
    let mut long = units[0].clone();
    for _ in 1..limits::SEGMENT_FRAMES_MAX {
        long.extend_from_slice(&units[1]);
    }
    assert_eq!(
        inspect_segment(&long).unwrap().frames(),
        limits::SEGMENT_FRAMES_MAX
    );
    long.extend_from_slice(&units[1]);
    assert_eq!(inspect_segment(&long), Err(SegmentError::TooManyFrames));
    let bytes = limits::SEGMENT_BYTES_MAX + 1;
    assert_eq!(
        inspect_segment(&vec![0x12; bytes]),
        Err(SegmentError::TooLarge { bytes })
    );
}

#[test]
fn damaged_pictures_end_in_frames_or_in_an_error() {
    let segment = segment();
    let mut undecodable = 0;
    let mut rng = 1_u32;
    for _ in 0..400 {
        let mut damaged = segment.clone();
        for _ in 0..3 {
            rng = rng.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = rng as usize % (damaged.len() - 40) + 40;
            damaged[at] ^= 1 << (rng >> 29);
        }
        match decode(&damaged) {
            Ok(frames) => assert_eq!(frames.len(), 3),
            Err(DecodeError::Frame { .. } | DecodeError::FrameCount { .. }) => undecodable += 1,
            Err(DecodeError::Segment(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(undecodable > 0, "no damage was ever noticed by the decoder");
}
