//! Planes to a segment and back: quality, independence of segments, sizes, and what is refused.

use std::ops::ControlFlow;

use woolgather_video::{
    DecodeError, DecodeLimits, DecodedFrame, EncodeError, EncoderSettings, PlanesError,
    SegmentEncoder, decode_segment, inspect_segment, psnr_luma, sequence_header,
};

use crate::flames::{flame, flames, small_settings};

/// Encodes the frames of one segment.
pub(crate) fn encode(settings: &EncoderSettings, frames: &[DecodedFrame]) -> Vec<u8> {
    let mut encoder = SegmentEncoder::new(settings).unwrap();
    for frame in frames {
        encoder.push(&frame.as_ref()).unwrap();
    }
    encoder.finish().unwrap()
}

/// Decodes all frames of a segment.
pub(crate) fn decode(segment: &[u8]) -> Result<Vec<DecodedFrame>, DecodeError> {
    let mut frames = Vec::new();
    let mut keep = |number: u32, frame: &DecodedFrame| {
        assert_eq!(number as usize, frames.len());
        frames.push(frame.clone());
        ControlFlow::Continue(())
    };
    decode_segment(segment, &DecodeLimits::default(), &mut keep)?;
    Ok(frames)
}

fn check_round_trip(width: u32, height: u32, quantizer: u8, psnr_min: f64) {
    let settings = EncoderSettings {
        width,
        height,
        quantizer,
        segment_frames: 3,
        ..small_settings()
    };
    let frames = flames(&settings, 0, 60);
    let segment = encode(&settings, &frames);
    let info = inspect_segment(&segment).unwrap();
    assert_eq!((info.width, info.height, info.frames()), (width, height, 3));
    let decoded = decode(&segment).unwrap();
    assert_eq!(decoded.len(), 3);
    for (before, after) in frames.iter().zip(&decoded) {
        assert_eq!(after.as_ref().check(), Ok(()));
        let psnr = psnr_luma(&before.as_ref(), &after.as_ref());
        assert!(
            psnr >= psnr_min,
            "{width}x{height} at quantizer {quantizer}: {psnr:.2} dB"
        );
    }
}

#[test]
fn a_segment_comes_back_as_good_as_its_quantizer_says() {
    check_round_trip(320, 180, 1, 55.0);
    check_round_trip(320, 180, 60, 44.0);
    check_round_trip(320, 180, 120, 38.0);
    check_round_trip(320, 180, 255, 20.0);
}

#[test]
fn odd_and_small_sizes_work() {
    check_round_trip(854, 480, 60, 42.0);
    check_round_trip(33, 17, 60, 38.0);
    check_round_trip(16, 16, 60, 36.0);
    check_round_trip(17, 101, 60, 38.0);
}

#[test]
fn chroma_comes_back_in_its_own_plane() {
    let settings = EncoderSettings {
        segment_frames: 1,
        ..small_settings()
    };
    let before = flame(settings.width, settings.height, 0, 60);
    let after = decode(&encode(&settings, std::slice::from_ref(&before)))
        .unwrap()
        .remove(0);
    let error = |a: &[u16], b: &[u16]| -> u64 {
        a.iter()
            .zip(b)
            .map(|(&x, &y)| u64::from(x.abs_diff(y)).pow(2))
            .sum()
    };
    let straight = error(&before.chroma_blue, &after.chroma_blue);
    let crossed = error(&before.chroma_blue, &after.chroma_red);
    assert!(straight * 10 < crossed, "{straight} against {crossed}");
}

#[test]
fn sixteen_pixels_is_the_smallest_side() {
    for (width, height) in [(15, 64), (64, 15), (4097, 64), (64, 2177)] {
        let settings = EncoderSettings {
            width,
            height,
            ..small_settings()
        };
        assert!(matches!(
            SegmentEncoder::new(&settings),
            Err(EncodeError::Settings(_))
        ));
        assert!(matches!(
            sequence_header(&settings),
            Err(EncodeError::Settings(_))
        ));
    }
}

#[test]
fn four_encoders_write_the_sequence_header_of_the_recipe() {
    let settings = small_settings();
    let expected = sequence_header(&settings).unwrap();
    for segment in 0..4 {
        let first = segment * settings.segment_frames;
        let info = inspect_segment(&encode(&settings, &flames(&settings, first, 30))).unwrap();
        assert_eq!(info.sequence_header, expected);
        assert_eq!(info.frames(), settings.segment_frames);
    }
    let other = EncoderSettings {
        height: 80,
        ..settings
    };
    assert_ne!(sequence_header(&other).unwrap(), expected);
}

#[test]
fn frames_that_jump_still_make_one_group() {
    let settings = EncoderSettings {
        segment_frames: 6,
        ..small_settings()
    };
    let frames: Vec<_> = (0..6)
        .map(|frame| {
            flame(
                settings.width,
                settings.height,
                frame * 37,
                10 + 40 * (frame % 2),
            )
        })
        .collect();
    assert_eq!(
        inspect_segment(&encode(&settings, &frames))
            .unwrap()
            .frames(),
        6
    );
}

#[test]
fn threads_do_not_change_a_byte() {
    let settings = EncoderSettings {
        width: 320,
        height: 180,
        segment_frames: 4,
        ..small_settings()
    };
    let frames = flames(&settings, 0, 20);
    let with_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| encode(&settings, &frames))
    };
    let one = with_threads(1);
    assert_eq!(one, with_threads(2));
    assert_eq!(one, with_threads(5));
}

#[test]
fn a_frame_that_does_not_fit_is_refused_and_the_segment_goes_on() {
    let settings = EncoderSettings {
        segment_frames: 2,
        ..small_settings()
    };
    let frames = flames(&settings, 0, 10);
    let mut encoder = SegmentEncoder::new(&settings).unwrap();
    let small = flame(32, 32, 0, 1);
    assert!(matches!(
        encoder.push(&small.as_ref()),
        Err(EncodeError::FrameSize { .. })
    ));
    let mut bright = frames[0].clone();
    bright.luma[7] = 1024;
    let refused = encoder.push(&bright.as_ref());
    assert_eq!(
        refused,
        Err(EncodeError::Planes(PlanesError::Range {
            plane: "luma",
            sample: 1024
        }))
    );
    for frame in &frames {
        encoder.push(&frame.as_ref()).unwrap();
    }
    let refused = encoder.push(&frames[0].as_ref());
    assert_eq!(
        refused,
        Err(EncodeError::FrameCount {
            pushed: 3,
            expected: 2
        })
    );
    assert_eq!(encoder.finish().unwrap(), encode(&settings, &frames));
}

#[test]
fn a_segment_with_a_frame_missing_cannot_be_finished() {
    let settings = EncoderSettings {
        segment_frames: 2,
        ..small_settings()
    };
    let mut encoder = SegmentEncoder::new(&settings).unwrap();
    encoder
        .push(&flame(settings.width, settings.height, 0, 10).as_ref())
        .unwrap();
    let refused = encoder.finish();
    assert_eq!(
        refused,
        Err(EncodeError::FrameCount {
            pushed: 1,
            expected: 2
        })
    );
}

#[test]
fn the_caller_may_stop_after_the_frame_it_wanted() {
    let settings = small_settings();
    let segment = encode(&settings, &flames(&settings, 0, 10));
    let mut stop = |number, _: &DecodedFrame| {
        if number == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    assert_eq!(
        decode_segment(&segment, &DecodeLimits::default(), &mut stop),
        Ok(3)
    );
}

#[test]
fn a_segment_above_the_callers_limits_is_refused_before_decoding() {
    let settings = small_settings();
    let segment = encode(&settings, &flames(&settings, 0, 10));
    let exact = DecodeLimits {
        width_max: settings.width,
        height_max: settings.height,
        frames_max: settings.segment_frames,
        bytes_max: segment.len(),
    };
    let mut frames = 0;
    let mut count = |_, _: &DecodedFrame| {
        frames += 1;
        ControlFlow::Continue(())
    };
    assert_eq!(
        decode_segment(&segment, &exact, &mut count),
        Ok(settings.segment_frames)
    );
    for (limits, refused) in [
        (
            DecodeLimits {
                width_max: settings.width - 1,
                ..exact
            },
            "frame width",
        ),
        (
            DecodeLimits {
                height_max: settings.height - 1,
                ..exact
            },
            "frame height",
        ),
        (
            DecodeLimits {
                frames_max: settings.segment_frames - 1,
                ..exact
            },
            "number of frames",
        ),
        (
            DecodeLimits {
                bytes_max: segment.len() - 1,
                ..exact
            },
            "size in bytes",
        ),
    ] {
        match decode_segment(&segment, &limits, &mut count) {
            Err(DecodeError::OverLimit { what, .. }) => assert_eq!(what, refused),
            other => panic!("{refused}: {other:?}"),
        }
    }
    assert_eq!(frames, settings.segment_frames);
}
