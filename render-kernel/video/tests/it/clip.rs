//! Segments joined into a clip, and the clip read and played back.

use woolgather_video::{
    ClipError, ClipReader, DecodedFrame, EncoderSettings, JoinError, JoinSettings, SegmentError,
    inspect_segment, join_segments,
};

use crate::flames::{flames, small_settings};
use crate::round_trip::{decode, encode};

const JOIN: JoinSettings = JoinSettings {
    width: 96,
    height: 64,
    fps: 30,
};

/// The first `count` segments of a clip, each from its own encoder.
fn segments(count: u32) -> Vec<Vec<u8>> {
    let settings = small_settings();
    (0..count)
        .map(|segment| {
            let first = segment * settings.segment_frames;
            encode(&settings, &flames(&settings, first, 20))
        })
        .collect()
}

fn join(segments: &[Vec<u8>]) -> Result<Vec<u8>, JoinError> {
    let segments: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    join_segments(&segments, &JOIN)
}

#[test]
fn a_clip_shows_every_frame_of_its_segments() {
    let segments = segments(4);
    let expected: Vec<DecodedFrame> = segments
        .iter()
        .flat_map(|segment| decode(segment).unwrap())
        .collect();
    let clip = join(&segments).unwrap();
    let reader = ClipReader::open(&clip[..]).unwrap();
    assert_eq!((reader.frames(), reader.fps()), (32, 30));
    assert_eq!((reader.width(), reader.height()), (96, 64));
    let played: Vec<_> = reader.decoder().unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(played.len(), 32);
    assert!(played == expected, "joining changed a picture");
}

#[test]
fn a_clip_opens_from_a_file_too() {
    let clip = join(&segments(1)).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, &clip).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    assert_eq!(ClipReader::open(file).unwrap().frames(), 8);
}

#[test]
fn a_loop_starts_again_from_anywhere_with_the_same_frames() {
    let clip = join(&segments(2)).unwrap();
    let mut decoder = ClipReader::open(&clip[..]).unwrap().decoder().unwrap();
    let first: Vec<_> = decoder.by_ref().map(Result::unwrap).collect();
    assert_eq!(first.len(), 16);
    assert!(decoder.next().is_none());
    for already_played in [0, 1, 8, 15, 16] {
        decoder.restart().unwrap();
        assert_eq!(
            decoder.by_ref().take(already_played).count(),
            already_played
        );
        decoder.restart().unwrap();
        let again: Vec<_> = decoder.by_ref().map(Result::unwrap).collect();
        assert!(again == first, "after {already_played} frames");
    }
}

#[test]
fn many_decoders_come_and_go() {
    let clip = join(&segments(1)).unwrap();
    let reader = ClipReader::open(&clip[..]).unwrap();
    for _ in 0..50 {
        let mut decoder = reader.decoder().unwrap();
        assert!(decoder.next().unwrap().is_ok());
    }
}

#[test]
fn the_index_comes_first_and_each_segment_is_one_chunk() {
    let segments = segments(3);
    let clip = join(&segments).unwrap();
    let place = |kind: &[u8; 4]| clip.windows(4).position(|bytes| bytes == kind).unwrap();
    assert!(place(b"ftyp") < place(b"moov") && place(b"moov") < place(b"mdat"));
    let number = |at: usize| u32::from_be_bytes(clip[at..at + 4].try_into().unwrap());
    let offsets = place(b"stco") + 4 + 4;
    assert_eq!(number(offsets), 3);
    let mut expected = place(b"mdat") + 4;
    for (chunk, segment) in segments.iter().enumerate() {
        assert_eq!(number(offsets + 4 + 4 * chunk) as usize, expected);
        let units = inspect_segment(segment).unwrap().temporal_units;
        expected += units.iter().map(ExactSizeIterator::len).sum::<usize>();
    }
    assert_eq!(expected, clip.len());
    let sync = place(b"stss") + 4 + 4;
    let starts: Vec<u32> = (0..4).map(|row| number(sync + 4 * row)).collect();
    assert_eq!(starts, [3, 1, 9, 17]);
}

#[test]
fn the_last_segment_may_be_shorter() {
    let mut segments = segments(2);
    let short = EncoderSettings {
        segment_frames: 3,
        ..small_settings()
    };
    segments.push(encode(&short, &flames(&short, 16, 20)));
    let clip = join(&segments).unwrap();
    let reader = ClipReader::open(&clip[..]).unwrap();
    assert_eq!(reader.frames(), 19);
    assert_eq!(reader.decoder().unwrap().filter(Result::is_ok).count(), 19);
}

#[test]
fn joining_twice_gives_the_same_file() {
    let segments = segments(2);
    assert_eq!(join(&segments).unwrap(), join(&segments).unwrap());
}

#[test]
fn segments_that_do_not_belong_together_are_named() {
    let good = segments(2);
    let other = EncoderSettings {
        height: 80,
        ..small_settings()
    };
    let other = encode(&other, &flames(&other, 0, 5));
    let slower = EncoderSettings {
        fps: 120,
        width: 256,
        height: 144,
        ..small_settings()
    };
    let faster = EncoderSettings { fps: 30, ..slower };
    let pair = [
        encode(&faster, &flames(&faster, 0, 2)),
        encode(&slower, &flames(&slower, 0, 2)),
    ];
    let wide = JoinSettings {
        width: 256,
        height: 144,
        fps: 30,
    };

    assert_eq!(join(&[]), Err(JoinError::Empty));
    let size = JoinError::FrameSize {
        index: 1,
        width: 96,
        height: 80,
    };
    assert_eq!(join(&[good[0].clone(), other]), Err(size));
    let header = join_segments(&[&pair[0], &pair[1]], &wide);
    assert_eq!(header, Err(JoinError::SequenceHeader { index: 1 }));
    let cut = good[1][..good[1].len() - 1].to_vec();
    assert!(matches!(
        join(&[good[0].clone(), cut]),
        Err(JoinError::Segment {
            index: 1,
            error: SegmentError::Truncated { .. }
        })
    ));
    for fps in [0, 121] {
        let rate = join_segments(&[&good[0]], &JoinSettings { fps, ..JOIN });
        assert_eq!(rate, Err(JoinError::FrameRate { fps }));
    }
}

#[test]
fn a_clip_whose_frames_were_exchanged_is_refused() {
    let segments = segments(2);
    let mut clip = join(&segments).unwrap();
    let pictures = clip.windows(4).position(|kind| kind == b"mdat").unwrap() + 4;
    // The second byte is the sequence header's size; one more reaches into the frame behind it.
    clip[pictures + 1] += 1;
    match ClipReader::open(&clip[..]) {
        Err(ClipError::Segment { frame: 0, .. }) => {}
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was read"),
    }
}

#[test]
fn an_mp4_of_another_kind_is_refused_by_part() {
    let clip = join(&segments(1)).unwrap();
    for (kind, part) in [
        (b"moov", "moov"),
        (b"stss", "stss"),
        (b"av01", "av1C"),
        (b"stco", "chunks"),
    ] {
        let mut other = clip.clone();
        let at = other.windows(4).rposition(|bytes| bytes == kind).unwrap();
        other[at] = b'x';
        match ClipReader::open(&other[..]) {
            Err(ClipError::Index(named)) => assert_eq!(named, part),
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("{part} is missing and it was read"),
        }
    }
}
