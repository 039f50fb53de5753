//! Other people's programs read our clips: ffprobe understands the file, ffmpeg decodes the same
//! pictures as we do.

use std::path::Path;
use std::process::Command;

use woolgather_video::{ClipReader, JoinSettings, join_segments};

use crate::flames::{flames, small_settings};
use crate::round_trip::encode;

/// Runs a program of the ffmpeg package; without it the test fails and says how to get it.
fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| {
            panic!("{program}: {error}; this test needs it: sudo apt-get install -y ffmpeg")
        });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} failed: {errors}");
    assert_eq!(errors, "", "{program} complains");
    output.stdout
}

fn write_clip(folder: &Path) -> (String, Vec<u8>) {
    let settings = small_settings();
    let segments: Vec<_> = (0..3)
        .map(|segment| encode(&settings, &flames(&settings, 8 * segment, 20)))
        .collect();
    let segments: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
    let join = JoinSettings {
        width: settings.width,
        height: settings.height,
        fps: settings.fps,
    };
    let clip = join_segments(&segments, &join).unwrap();
    let path = folder.join("clip.mp4");
    std::fs::write(&path, &clip).unwrap();
    (path.to_str().unwrap().to_owned(), clip)
}

#[test]
fn ffprobe_reads_the_clip_as_it_was_meant() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = write_clip(folder.path());
    let fields = "stream=codec_name,codec_tag_string,profile,level,width,height,pix_fmt,\
                  color_range,color_space,color_transfer,color_primaries,chroma_location,\
                  sample_aspect_ratio,r_frame_rate,avg_frame_rate,time_base,duration,nb_frames,\
                  nb_read_frames";
    let stdout = run(
        "ffprobe",
        &[
            "-v",
            "warning",
            "-count_frames",
            "-show_entries",
            fields,
            "-of",
            "flat=s=_:h=0",
            &path,
        ],
    );
    let text = String::from_utf8(stdout).unwrap();
    for expected in [
        r#"codec_name="av1""#,
        r#"codec_tag_string="av01""#,
        r#"profile="Main""#,
        "level=0",
        "width=96",
        "height=64",
        r#"pix_fmt="yuv420p10le""#,
        r#"color_range="tv""#,
        r#"color_space="bt709""#,
        r#"color_transfer="bt709""#,
        r#"color_primaries="bt709""#,
        r#"chroma_location="left""#,
        r#"sample_aspect_ratio="1:1""#,
        r#"r_frame_rate="30/1""#,
        r#"avg_frame_rate="30/1""#,
        r#"time_base="1/15360""#,
        r#"duration="0.800000""#,
        r#"nb_frames="24""#,
        r#"nb_read_frames="24""#,
    ] {
        assert!(
            text.lines().any(|line| line.ends_with(expected)),
            "no {expected} in\n{text}"
        );
    }
}

#[test]
fn ffprobe_finds_a_key_frame_at_the_start_of_each_segment() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = write_clip(folder.path());
    let stdout = run(
        "ffprobe",
        &[
            "-v",
            "warning",
            "-show_entries",
            "packet=pts,flags",
            "-of",
            "csv=p=0",
            &path,
        ],
    );
    let text = String::from_utf8(stdout).unwrap();
    let packets: Vec<(u32, bool)> = text
        .lines()
        .map(|line| line.split_once(',').unwrap())
        .map(|(pts, flags)| (pts.parse::<u32>().unwrap() / 512, flags.starts_with('K')))
        .collect();
    let expected: Vec<_> = (0..24).map(|frame| (frame, frame % 8 == 0)).collect();
    assert_eq!(packets, expected);
}

#[test]
fn ffmpeg_decodes_the_same_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let (path, clip) = write_clip(folder.path());
    let theirs = run(
        "ffmpeg",
        &[
            "-v",
            "warning",
            "-i",
            &path,
            "-f",
            "rawvideo",
            "-pix_fmt",
            "yuv420p10le",
            "-",
        ],
    );
    let ours: Vec<u8> = ClipReader::open(&clip[..])
        .unwrap()
        .decoder()
        .unwrap()
        .map(Result::unwrap)
        .flat_map(|frame| [frame.luma, frame.chroma_blue, frame.chroma_red].concat())
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(theirs.len(), ours.len());
    assert!(theirs == ours, "ffmpeg sees other pictures");
}
