//! Whatever bytes come in, the parsers return: with a sound description, or with an error. They never
//! panic, and never reserve more than the bytes they were given could fill.

use proptest::prelude::*;
use woolgather_video::{ClipReader, JoinSettings, inspect_segment, join_segments, limits};

use crate::damage::{DELIMITER, segment};

/// What holds for any bytes that pass the inspection.
fn check_sound(stream: &[u8]) {
    let Ok(info) = inspect_segment(stream) else {
        return;
    };
    assert!((1..=limits::SEGMENT_FRAMES_MAX).contains(&info.frames()));
    assert!((limits::FRAME_SIDE_MIN..=limits::FRAME_WIDTH_MAX).contains(&info.width));
    assert!((limits::FRAME_SIDE_MIN..=limits::FRAME_HEIGHT_MAX).contains(&info.height));
    let mut end = 0;
    for unit in &info.temporal_units {
        assert_eq!(stream[end..unit.start], DELIMITER);
        assert!(unit.start < unit.end && unit.end <= stream.len());
        end = unit.end;
    }
    assert_eq!(end, stream.len());
}

fn clip() -> Vec<u8> {
    let join = JoinSettings {
        width: 96,
        height: 64,
        fps: 30,
    };
    let segment = segment();
    join_segments(&[&segment, &segment], &join).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(stream in prop::collection::vec(any::<u8>(), 0..600)) {
        check_sound(&stream);
        prop_assert!(ClipReader::open(&stream[..]).is_err());
    }

    #[test]
    fn any_units_are_read_or_refused(
        stream in prop::collection::vec(
            (prop::sample::select(vec![0x0a_u8, 0x12, 0x1a, 0x32]),
             prop::collection::vec(any::<u8>(), 0..20)),
            0..20,
        )
    ) {
        let stream: Vec<u8> = stream
            .into_iter()
            .flat_map(|(header, payload)| [vec![header, payload.len() as u8], payload].concat())
            .collect();
        check_sound(&stream);
    }
}

#[test]
fn any_byte_of_a_segment_may_be_changed() {
    let segment = segment();
    let mut damaged = segment.clone();
    for at in 0..segment.len() {
        for change in [0x01, 0x10, 0x80, 0xff] {
            damaged[at] = segment[at] ^ change;
            check_sound(&damaged);
        }
        damaged[at] = segment[at];
    }
}

#[test]
fn any_byte_of_a_clips_index_may_be_changed() {
    let clip = clip();
    let pictures = clip.windows(4).position(|kind| kind == b"mdat").unwrap();
    let mut damaged = clip.clone();
    let mut still_read = 0;
    for at in 0..pictures {
        for change in [0x01, 0x10, 0x80, 0xff] {
            damaged[at] = clip[at] ^ change;
            if let Ok(reader) = ClipReader::open(&damaged[..]) {
                assert_eq!(
                    (reader.frames(), reader.width(), reader.height()),
                    (6, 96, 64)
                );
                still_read += 1;
            }
        }
        damaged[at] = clip[at];
    }
    // Dates, names and the like may change; most of the index may not.
    assert!(
        still_read < 4 * pictures * 3 / 4,
        "{still_read} of {}",
        4 * pictures
    );
    for length in 0..clip.len() {
        assert!(
            ClipReader::open(&clip[..length]).is_err(),
            "cut at {length} of {}",
            clip.len()
        );
    }
}

/// The largest address space this process has had, in bytes.
#[cfg(target_os = "linux")]
fn address_space_peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmPeak:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn lengths_of_four_gigabytes_reserve_nothing() {
    let clip = clip();
    let segment = segment();
    let before = address_space_peak();
    for (table, count_at) in [
        (b"stsz", 12),
        (b"stco", 8),
        (b"stsc", 8),
        (b"stss", 8),
        (b"stts", 8),
    ] {
        let mut hostile = clip.clone();
        let at = hostile.windows(4).position(|kind| kind == table).unwrap() + count_at;
        hostile[at..at + 4].fill(0xff);
        assert!(ClipReader::open(&hostile[..]).is_err());
    }
    let long = [
        &DELIMITER[..],
        &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f],
        &segment[4..],
    ]
    .concat();
    assert!(inspect_segment(&long).is_err());
    let grown = address_space_peak() - before;
    // Tests that run beside this one in the same process need far less than one such table.
    assert!(grown < 4 << 30, "{grown} bytes were reserved");
}
