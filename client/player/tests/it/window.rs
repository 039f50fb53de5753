//! A real window on a real (invisible) screen.
//!
//! A process can open one event loop, and finds its display in its environment. So each story runs
//! twice: the test starts a screen and then itself again as a child with `STORY` set; the child
//! plays and prints what happened, the parent presses keys and looks at the screen.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use woolgather_player::{LocalClip, PlayError, PlayEvent, PlayOptions, PlayReport, play};
use woolgather_screens::Screen;

use crate::film::{FPS, ROSE, TEAL, broken_clip, clip, clip_at};

/// Names the folder of the story to the child.
const STORY: &str = "WOOLGATHER_PLAYER_STORY";

/// In the child: plays what `flock` makes and prints every event, then the report, line by line.
/// Returns whether this is the child.
fn tell(flock: impl FnOnce(&Path) -> Vec<LocalClip>, for_: Duration) -> bool {
    let Some(folder) = story_folder() else {
        return false;
    };
    let flock = flock(&folder);
    let options = options(&folder, for_);
    println!("\nstory: ready");
    account(play(flock, say, &options));
    true
}

/// The folder of the story, in the child.
pub(crate) fn story_folder() -> Option<PathBuf> {
    env::var_os(STORY).map(PathBuf::from)
}

/// A small window that leaves its last picture and its frame log in `folder`.
pub(crate) fn options(folder: &Path, for_: Duration) -> PlayOptions {
    PlayOptions {
        size: (640, 360),
        for_: Some(for_),
        rng_seed: 1,
        screenshot: Some(folder.join("last.png")),
        frame_log: Some(folder.join("frames.tsv")),
        ..PlayOptions::default()
    }
}

/// Tells the parent what happened.
#[expect(clippy::needless_pass_by_value, reason = "it is a listener")]
pub(crate) fn say(event: PlayEvent) {
    println!("\nstory: {}", line(&event));
}

/// Tells the parent how it ended.
pub(crate) fn account(report: Result<PlayReport, PlayError>) {
    match report {
        Ok(report) => println!(
            "\nstory: report {} {} {} {}",
            report.frames_presented,
            report.frames_dropped,
            report.first_frame.as_millis(),
            report.clips_played
        ),
        Err(error) => println!("\nstory: error {error}"),
    }
}

fn line(event: &PlayEvent) -> String {
    match event {
        PlayEvent::Shown { title, artist, .. } => format!("shown {title} by {artist}"),
        PlayEvent::Voted { sheep, vote } => format!("voted {vote:?} {sheep}"),
        PlayEvent::Broken { path, reason } => format!("broken {}: {reason}", path.display()),
        PlayEvent::NoFilms { reason } => format!("no films: {reason}"),
        PlayEvent::Dropped { frames } => format!("dropped {frames}"),
        PlayEvent::KeyTaken => "took a key".to_owned(),
    }
}

/// The parent's view of the child.
pub(crate) struct Player {
    pub(crate) child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub(crate) folder: tempfile::TempDir,
}

impl Player {
    /// Starts the test called `story` of this module once more, as the child.
    fn start(story: &str, display: Option<&str>) -> Self {
        Self::start_test(&format!("window::{story}"), display)
    }

    /// Starts a test by its whole name.
    pub(crate) fn start_test(name: &str, display: Option<&str>) -> Self {
        let environment: Vec<_> = display
            .map(|name| ("DISPLAY", name.into()))
            .into_iter()
            .collect();
        Self::start_in(name, &environment)
    }

    /// Starts a test by its whole name, with these variables and no other display.
    pub(crate) fn start_in(name: &str, environment: &[(&str, OsString)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(env::current_exe().expect("this program has a path"));
        command
            .args(["--exact", name, "--nocapture"])
            .env(STORY, folder.path())
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .env_remove("DISPLAY")
            .envs(environment.iter().cloned())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("the test starts itself");
        let output = child.stdout.take().expect("it was asked for");
        Self {
            child,
            lines: BufReader::new(output).lines(),
            folder,
        }
    }

    /// The next line the child tells that begins with `start`, without it.
    pub(crate) fn hear(&mut self, start: &str) -> String {
        let mut heard = String::new();
        for line in &mut self.lines {
            let line = line.expect("the child writes text");
            heard.push_str(&line);
            heard.push('\n');
            if let Some(told) = line.strip_prefix("story: ")
                && let Some(rest) = told.strip_prefix(start)
            {
                return rest.trim().to_owned();
            }
        }
        panic!("the child ended without saying {start:?}:\n{heard}");
    }

    /// The report's four numbers: presented, dropped, first frame in ms, clips.
    pub(crate) fn report(&mut self) -> [u64; 4] {
        let numbers = self.hear("report");
        let numbers: Vec<u64> = numbers
            .split(' ')
            .map(|number| number.parse().expect("a number"))
            .collect();
        numbers.try_into().expect("four numbers")
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // It has ended by itself unless the test failed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn connected(folder: &Path) -> Vec<LocalClip> {
    connected_at(FPS, folder)
}

fn connected_at(fps: u32, folder: &Path) -> Vec<LocalClip> {
    [(ROSE, ROSE), (ROSE, TEAL), (TEAL, TEAL), (TEAL, ROSE)]
        .map(|(from, to)| clip_at(fps, folder, from, to))
        .to_vec()
}

#[test]
fn the_first_picture_is_there_within_two_seconds_and_none_is_black() {
    let story = "the_first_picture_is_there_within_two_seconds_and_none_is_black";
    if tell(connected, Duration::from_secs(8)) {
        return;
    }
    let screen = Screen::start();
    let mut player = Player::start(story, Some(screen.display()));
    player.hear("shown");
    // Time to reach the screen, for the last step is the X server's.
    sleep(Duration::from_millis(300));
    let mut colours = Vec::new();
    let until = Instant::now() + Duration::from_secs(5);
    while Instant::now() < until {
        colours.push(screen.pixel(30, 30));
        sleep(Duration::from_millis(100));
    }
    // Above the text, where the sky is: always one of the skies or between them, never black.
    for colour in &colours {
        assert!(colour.iter().any(|&channel| channel > 40), "{colours:?}");
    }
    assert!(
        colours.iter().any(|colour| *colour != colours[0]),
        "it moves: {colours:?}"
    );

    let [presented, dropped, first_frame_ms, clips] = player.report();
    assert!(first_frame_ms <= 2000, "{first_frame_ms} ms");
    assert!(clips >= 3, "{clips} clips");
    // 8 s less the start; a busy machine may lose some, but not one in ten.
    assert!(presented > 5 * u64::from(FPS), "{presented} presented");
    assert!(
        dropped * 10 <= presented,
        "{dropped} dropped of {presented}"
    );

    let log = std::fs::read_to_string(player.folder.path().join("frames.tsv")).unwrap();
    assert_eq!(log.lines().count() as u64, presented);
    let shot = image::open(player.folder.path().join("last.png")).unwrap();
    assert_eq!((shot.width(), shot.height()), (640, 360));
}

#[test]
fn keys_vote_pause_and_leave() {
    let story = "keys_vote_pause_and_leave";
    let lonely = |folder: &Path| vec![clip(folder, ROSE, ROSE), clip(folder, TEAL, TEAL)];
    if tell(lonely, Duration::from_secs(60)) {
        return;
    }
    let screen = Screen::start();
    let mut player = Player::start(story, Some(screen.display()));
    let first = player.hear("shown");
    let first = first.split(' ').next().unwrap().to_owned();
    sleep(Duration::from_millis(500));
    screen.focus("Woolgather");

    screen.press("Up");
    assert_eq!(player.hear("voted"), format!("Up {first}"));

    // Two pictures of a paused film are the same picture.
    screen.press("space");
    sleep(Duration::from_millis(600));
    let ball = |screen: &Screen| {
        (0..8)
            .map(|x| screen.pixel(200 + 30 * x, 60))
            .collect::<Vec<_>>()
    };
    assert_eq!(ball(&screen), ball(&screen));
    screen.press("space");

    // A sheep voted down leaves at the next seam and the other stays for good.
    screen.press("Down");
    assert_eq!(player.hear("voted"), format!("Down {first}"));
    let next = player.hear("shown");
    assert!(!next.starts_with(&first), "{next}");
    let after = player.hear("shown");
    assert!(!after.starts_with(&first), "{after}");

    screen.press("Escape");
    let [presented, ..] = player.report();
    assert!(presented > 0);
}

#[test]
fn the_arrow_keys_wind_back_and_forth() {
    let story = "the_arrow_keys_wind_back_and_forth";
    // Clips of twelve seconds, so that the film does not move on by itself between two keys.
    if tell(|folder| connected_at(2, folder), Duration::from_secs(60)) {
        return;
    }
    let screen = Screen::start();
    let mut player = Player::start(story, Some(screen.display()));
    let first = player.hear("shown");
    sleep(Duration::from_millis(500));
    screen.focus("Woolgather");
    screen.press("Right");
    let second = player.hear("shown");
    screen.press("Left");
    assert_eq!(player.hear("shown"), first);
    screen.press("Right");
    assert_eq!(player.hear("shown"), second);
    screen.press("Escape");
    player.report();
}

#[test]
fn a_clip_that_cannot_be_read_is_passed_over() {
    let story = "a_clip_that_cannot_be_read_is_passed_over";
    let flock = |folder: &Path| {
        let mut torn = std::fs::read(clip(folder, TEAL, TEAL).path).unwrap();
        torn.truncate(torn.len() / 2);
        vec![
            broken_clip(folder, "empty", b""),
            broken_clip(folder, "noise", &[7; 5000]),
            broken_clip(folder, "torn", &torn),
            clip(folder, ROSE, ROSE),
        ]
    };
    if tell(flock, Duration::from_secs(6)) {
        return;
    }
    let screen = Screen::start();
    let mut player = Player::start(story, Some(screen.display()));
    assert_eq!(player.hear("shown"), "rose to rose by Ada");
    let [presented, _, _, clips] = player.report();
    assert!(presented > 2 * u64::from(FPS), "{presented}");
    assert!(clips >= 2, "{clips}");
}

#[test]
fn a_flock_without_a_readable_clip_says_so() {
    let story = "a_flock_without_a_readable_clip_says_so";
    let flock = |folder: &Path| vec![broken_clip(folder, "noise", &[7; 5000])];
    if tell(flock, Duration::from_secs(10)) {
        return;
    }
    let screen = Screen::start();
    let mut player = Player::start(story, Some(screen.display()));
    let error = player.hear("error");
    assert!(error.contains("noise.mp4"), "{error}");
    assert!(error.contains("woolgather sync"), "{error}");
}

#[test]
fn without_a_display_the_error_says_what_to_do() {
    let story = "without_a_display_the_error_says_what_to_do";
    if tell(
        |folder| vec![clip(folder, ROSE, ROSE)],
        Duration::from_secs(5),
    ) {
        return;
    }
    let error = Player::start(story, None).hear("error");
    assert!(error.contains("no display"), "{error}");
    assert!(!error.contains(".rs:"), "{error}");
    assert!(error.contains("DISPLAY"), "{error}");
}

#[test]
fn an_empty_flock_asks_for_a_sync() {
    let error = play(Vec::new(), |_| {}, &PlayOptions::default()).unwrap_err();
    assert!(matches!(error, PlayError::EmptyFlock));
    assert!(error.to_string().contains("woolgather sync"));
}
