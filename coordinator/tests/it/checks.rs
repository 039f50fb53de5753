//! A stranger's segment, looked at without believing it: what is refused, and how the decoder is
//! kept in its cage.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use woolgather_coordinator::checks::{CheckError, check_frames, check_structure, encoder_settings};
use woolgather_coordinator::hands::Hands;
use woolgather_coordinator::store::CheckedFrames;
use woolgather_protocol::{ProblemKind, Recipe};
use woolgather_video::{inspect_segment, sequence_header};

use crate::support::{rendered, segments, tiny_recipe};

/// The program the child is an instance of; naming it here has it built.
const PROGRAM: &str = env!("CARGO_BIN_EXE_woolgather-coordinator");

fn sound_segment() -> Vec<u8> {
    let recipe = tiny_recipe();
    segments::segment(&recipe, 0, recipe.segment_frames)
}

async fn checked(recipe: &Recipe, segment: &[u8]) -> Result<CheckedFrames, ProblemKind> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segment");
    std::fs::write(&path, segment).unwrap();
    let report = match check_structure(recipe, segment) {
        Ok(()) => check_frames(&Hands::machine(), recipe, &path).await,
        Err(error) => Err(error),
    };
    report.map_err(|error| match error {
        CheckError::Refused(problem) => problem.kind,
        CheckError::Failed(error) => panic!("{error:#}"),
    })
}

async fn check_refused(segment: &[u8], kind: ProblemKind) {
    assert_eq!(checked(&tiny_recipe(), segment).await, Err(kind));
}

#[tokio::test]
async fn a_sound_segment_shows_its_frames() {
    let recipe = tiny_recipe();
    let report = checked(&recipe, &sound_segment()).await.unwrap();
    assert_eq!(report.means.len(), 2);
    assert!(report.suspicious.is_empty());
    for (number, shown) in (0..).zip(&report.means) {
        let pushed = segments::planes(&recipe, number).block_means();
        assert_eq!(shown.luma.len(), pushed.luma.len());
        let furthest = shown
            .luma
            .iter()
            .zip(&pushed.luma)
            .map(|(a, b)| a.abs_diff(*b));
        assert!(furthest.max().unwrap() < 16 * 16, "frame {number}");
    }
}

#[tokio::test]
async fn a_frame_that_does_not_fit_between_its_neighbours_is_suspicious() {
    let recipe = Recipe {
        segment_frames: 6,
        ..tiny_recipe()
    };
    let mut frames: Vec<_> = (0..6)
        .map(|frame| segments::planes(&recipe, frame))
        .collect();
    let honest = segments::encode(&recipe, &frames);
    let report = checked(&recipe, &honest).await.unwrap();
    assert!(report.suspicious.is_empty(), "{:?}", report.suspicious);
    frames[3] = rendered::painted(frames[3].clone());
    let painted = segments::encode(&recipe, &frames);
    let report = checked(&recipe, &painted).await.unwrap();
    assert_eq!(report.suspicious, [3_u32]);
}

#[tokio::test]
async fn what_is_no_segment_is_unreadable() {
    let sound = sound_segment();
    let unreadable = ProblemKind::UnreadableSegment;
    check_refused(&[], unreadable).await;
    check_refused(&[0xa5; 3000], unreadable).await;
    check_refused(&sound[..sound.len() - 1], unreadable).await;
    check_refused(&[&sound[..], b"more"].concat(), unreadable).await;
}

#[tokio::test]
async fn another_size_or_number_of_frames_is_named() {
    let recipe = tiny_recipe();
    let wide = Recipe {
        width: 96,
        ..recipe.clone()
    };
    let wide = segments::segment(&wide, 0, 2);
    check_refused(&wide, ProblemKind::WrongFrameSize).await;
    for count in [1, 3] {
        let segment = segments::segment(&recipe, 0, count);
        check_refused(&segment, ProblemKind::WrongFrameCount).await;
    }
    let twice = sound_segment().repeat(2);
    check_refused(&twice, ProblemKind::UnreadableSegment).await;
}

#[tokio::test]
async fn a_sequence_header_must_be_the_recipes_to_the_bit() {
    let mut segment = sound_segment();
    let header = inspect_segment(&segment).unwrap().sequence_header;
    let place = segment
        .windows(header.len())
        .position(|window| window == header)
        .unwrap();
    // Bits 24 to 28 of the payload, which begins behind the header byte and the size, are the level.
    segment[place + 2 + 3] += 1 << 3;
    let patched = inspect_segment(&segment).unwrap();
    assert_eq!(patched.level_index, 1);
    check_refused(&segment, ProblemKind::WrongSequenceHeader).await;
}

/// What the header does and does not tell: the audit's business is the rest.
#[test]
fn a_sequence_header_depends_on_size_and_rate_and_not_on_the_quantizer() {
    let small = Recipe::small();
    let header = |change: fn(&mut Recipe)| {
        let mut recipe = small.clone();
        change(&mut recipe);
        sequence_header(&encoder_settings(&recipe)).unwrap()
    };
    let ours = header(|_| {});
    assert_eq!(header(|recipe| recipe.encoder.quantizer = 200), ours);
    assert_eq!(header(|recipe| recipe.segment_frames = 4), ours);
    assert_ne!(header(|recipe| recipe.fps = 120), ours);
    assert_ne!(header(|recipe| recipe.width = 322), ours);
}

#[tokio::test]
async fn damaged_frame_data_is_undecodable() {
    let mut segment = sound_segment();
    let last = inspect_segment(&segment).unwrap().temporal_units.pop();
    let last = last.unwrap();
    // The unit's first bytes still say which frame it is; what follows is no frame.
    segment[last.start + 4..last.end].fill(0xff);
    check_refused(&segment, ProblemKind::UndecodableSegment).await;
}

fn child(sizes: [u32; 3]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .arg("check-segment")
        .args(sizes.map(|size| size.to_string()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn output(sizes: [u32; 3], segment: &[u8]) -> Output {
    let mut child = child(sizes).spawn().unwrap();
    child.stdin.take().unwrap().write_all(segment).unwrap();
    child.wait_with_output().unwrap()
}

fn answer(sizes: [u32; 3], segment: &[u8]) -> Value {
    let output = output(sizes, segment);
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {words}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_child_takes_its_arguments_as_limits_and_not_as_orders() {
    let sound = sound_segment();
    let decoded = answer([64, 64, 2], &sound);
    assert_eq!(decoded["decoded"].as_array().unwrap().len(), 2);
    let absurd = answer([u32::MAX; 3], &sound);
    assert_eq!(absurd["refused"]["kind"], "wrong-frame-count");
    let narrow = answer([32, 32, 2], &sound);
    assert_eq!(narrow["refused"]["kind"], "unreadable-segment");
    let nothing = answer([64, 64, 2], &[]);
    assert_eq!(nothing["refused"]["kind"], "unreadable-segment");
}

#[cfg(target_os = "linux")]
#[test]
fn the_child_lives_within_limits() {
    let mut child = child([64, 64, 2]).spawn().unwrap();
    let limits = format!("/proc/{}/limits", child.id());
    let status = format!("/proc/{}/status", child.id());
    let is_set = |limits: &str| {
        let line = |name: &str, most: &str| {
            let mut lines = limits.lines();
            let line = lines.find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().take(2).all(|value| value == most)
        };
        line("Max address space", "4294967296")
            && line("Max cpu time", "120")
            && line("Max open files", "3")
            && line("Max file size", "0")
            && line("Max core file size", "0")
    };
    // It sets them before it reads, and it has nothing to read yet.
    let mut seen = String::new();
    for _ in 0..500 {
        seen = std::fs::read_to_string(&limits).unwrap();
        if is_set(&seen) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(is_set(&seen), "{seen}");
    // And a filter of system calls, which nothing that it starts could get rid of.
    let is_caged = |status: &str| {
        let line = |wanted: &str| status.lines().any(|line| line == wanted);
        line("Seccomp:\t2") && line("NoNewPrivs:\t1")
    };
    for _ in 0..500 {
        seen = std::fs::read_to_string(&status).unwrap();
        if is_caged(&seen) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(is_caged(&seen), "{seen}");
    drop(child.stdin.take());
    assert!(child.wait_with_output().unwrap().status.success());
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn no_child_is_left_behind() {
    let (recipe, segment) = (tiny_recipe(), sound_segment());
    checked(&recipe, &segment).await.unwrap();
    check_refused(&[0xa5; 100], ProblemKind::UnreadableSegment).await;
    for patience_ms in [0, 1, 2, 5, 10] {
        // Whoever handed it in has gone away.
        let patience = Duration::from_millis(patience_ms);
        let _ = tokio::time::timeout(patience, checked(&recipe, &segment)).await;
    }
    let mut left = children();
    for _ in 0..500 {
        if left.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        left = children();
    }
    panic!("{left:?}");
}

/// Instances of the program that this process has started, dead or alive, as `/proc` shows them.
#[cfg(target_os = "linux")]
fn children() -> Vec<String> {
    let own = format!(" {} ", std::process::id());
    let processes = std::fs::read_dir("/proc").unwrap();
    processes
        .filter_map(|process| std::fs::read_to_string(process.ok()?.path().join("stat")).ok())
        .filter(|stat| {
            // PID (NAME) STATE PARENT …; a name has at most 15 characters.
            let Some((name, rest)) = stat.split_once(") ") else {
                return false;
            };
            name.ends_with("(woolgather-coor")
                && rest.get(1..).is_some_and(|rest| rest.starts_with(&own))
        })
        .collect()
}
