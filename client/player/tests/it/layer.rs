//! A saver's windows over a whole Wayland desktop; see `window.rs` for how a story is told.
//!
//! The machines that run this have no graphics card and much else to do, so times are generous.

use std::ffi::OsString;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use image::RgbImage;
use woolgather_player::{LocalClip, PlayOptions, play, play_live};
use woolgather_screens::{BAR, Desktop, Kwin};

use crate::film::{ROSE, TEAL, clip};
use crate::live;
use crate::window::{Player, account, options, say, story_folder};

const OUTPUTS: [(u32, u32); 2] = [(800, 600), (640, 480)];

/// In the child: plays as a saver. Returns whether this is the child.
fn tell() -> bool {
    tell_on(None)
}

/// The same on one monitor only.
fn tell_on(monitor: Option<usize>) -> bool {
    let Some(folder) = story_folder() else {
        return false;
    };
    let flock = flock(&folder);
    println!("\nstory: ready");
    account(play(flock, say, &as_saver(&folder, monitor)));
    true
}

fn as_saver(folder: &Path, monitor: Option<usize>) -> PlayOptions {
    PlayOptions {
        windowed: false,
        as_saver: true,
        monitor,
        ..options(folder, Duration::from_secs(90))
    }
}

fn flock(folder: &Path) -> Vec<LocalClip> {
    [(ROSE, ROSE), (ROSE, TEAL), (TEAL, TEAL), (TEAL, ROSE)]
        .map(|(from, to)| clip(folder, from, to))
        .to_vec()
}

/// Starts the story once more on this desktop, and waits until so many windows have something to show.
fn start(story: &str, desktop: &Desktop, windows: usize) -> Player {
    start_in(story, &desktop.environment(), windows)
}

fn start_in(story: &str, environment: &[(&str, OsString)], windows: usize) -> Player {
    let mut player = Player::start_in(&format!("layer::{story}"), environment);
    for _ in 0..windows {
        player.hear("shown");
    }
    sleep(Duration::from_secs(1));
    player
}

/// Hears the report, checks that the process ends well, and tells the times of both.
fn leave(player: &mut Player) -> [u64; 4] {
    let leaving = Instant::now();
    let report = player.report();
    let status = player.child.wait().expect("it was started");
    let took = leaving.elapsed();
    println!("first pictures after {} ms, left after {took:?}", report[2]);
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    report
}

/// How much of what is at the edges is lit, from 0 to 1, and whether a bar is among it.
fn edges(shot: &RgbImage) -> (f64, bool) {
    let (width, height) = shot.dimensions();
    let rows = (0..width).flat_map(|x| [(x, 0), (x, 12), (x, height - 1)]);
    let columns = (0..height).flat_map(|y| [(0, y), (width - 1, y)]);
    let pixels: Vec<[u8; 3]> = rows
        .chain(columns)
        .map(|(x, y)| shot.get_pixel(x, y).0)
        .collect();
    let lit = pixels
        .iter()
        .filter(|pixel| pixel.iter().any(|&channel| channel > 40));
    (
        lit.count() as f64 / pixels.len() as f64,
        pixels.contains(&BAR),
    )
}

fn is_moving(desktop: &Desktop, output: usize) -> bool {
    let before = desktop.screenshot(output);
    sleep(Duration::from_millis(700));
    before != desktop.screenshot(output)
}

#[test]
fn every_output_is_covered_a_vote_stays_and_another_key_leaves() {
    let story = "every_output_is_covered_a_vote_stays_and_another_key_leaves";
    if tell() {
        return;
    }
    let desktop = Desktop::with_bars(&OUTPUTS);
    sleep(Duration::from_secs(2));
    assert!(edges(&desktop.screenshot(0)).1, "there is a bar");
    let mut player = start(story, &desktop, 2);
    for (output, size) in OUTPUTS.into_iter().enumerate() {
        let shot = desktop.screenshot(output);
        assert_eq!(shot.dimensions(), size);
        assert_eq!(edges(&shot), (1.0, false), "output {output}");
        assert!(is_moving(&desktop, output), "output {output}");
    }
    desktop.press("Up");
    player.hear("took a key");
    assert!(player.hear("voted").starts_with("Up "));
    assert!(is_moving(&desktop, 0) && is_moving(&desktop, 1));
    desktop.press("x");
    let [presented, ..] = leave(&mut player);
    assert!(presented > 20, "{presented} pictures");
    assert!(edges(&desktop.screenshot(0)).1, "the bar is back");
}

#[test]
fn a_live_show_is_gone_at_once_however_long_a_picture_takes() {
    let story = "a_live_show_is_gone_at_once_however_long_a_picture_takes";
    if let Some(folder) = story_folder() {
        println!("\nstory: ready");
        account(play_live(live::flock(2), say, &as_saver(&folder, None)));
        return;
    }
    let desktop = Desktop::start(&OUTPUTS);
    let before = [0, 1].map(|output| desktop.screenshot(output));
    let mut player = start(story, &desktop, 2);
    sleep(Duration::from_secs(5));
    let shown = [0, 1].map(|output| desktop.screenshot(output));
    assert!(shown[0] != before[0] && shown[1] != before[1]);
    desktop.press("x");
    // The windows, whether or not the performances are through.
    assert_eq!([0, 1].map(|output| desktop.screenshot(output)), before);
    leave(&mut player);
}

#[test]
fn a_bumped_desk_stays_and_a_moved_pointer_leaves() {
    let story = "a_bumped_desk_stays_and_a_moved_pointer_leaves";
    if tell() {
        return;
    }
    let desktop = Desktop::start(&OUTPUTS);
    let mut mouse = desktop.mouse();
    let mut player = start(story, &desktop, 2);
    mouse.shove(3.0, 2.0);
    sleep(Duration::from_secs(1));
    assert_eq!(player.child.try_wait().unwrap(), None, "it bumped only");
    mouse.shove(30.0, 5.0);
    leave(&mut player);
}

#[test]
fn a_button_leaves() {
    let story = "a_button_leaves";
    if tell() {
        return;
    }
    let desktop = Desktop::start(&OUTPUTS);
    let mut mouse = desktop.mouse();
    let mut player = start(story, &desktop, 2);
    mouse.click();
    leave(&mut player);
}

#[test]
fn an_output_that_goes_loses_its_window_and_one_that_comes_gets_one() {
    let story = "an_output_that_goes_loses_its_window_and_one_that_comes_gets_one";
    if tell() {
        return;
    }
    let desktop = Desktop::with_plugs(2);
    let mut player = start(story, &desktop, 2);
    assert!(is_moving(&desktop, 0) && is_moving(&desktop, 1));
    desktop.unplug(1);
    sleep(Duration::from_secs(1));
    assert!(is_moving(&desktop, 0));
    desktop.plug_in();
    sleep(Duration::from_secs(3));
    let (lit, _) = edges(&desktop.screenshot(2));
    assert_eq!(lit, 1.0);
    assert!(is_moving(&desktop, 0) && is_moving(&desktop, 2));
    desktop.press("Escape");
    leave(&mut player);
    let log = std::fs::read_to_string(player.folder.path().join("frames-3.tsv"));
    assert!(log.unwrap().lines().count() > 5, "a performance of its own");
}

#[test]
fn a_scaled_output_is_covered_in_its_own_pixels() {
    let story = "a_scaled_output_is_covered_in_its_own_pixels";
    if tell() {
        return;
    }
    let desktop = Desktop::start(&OUTPUTS);
    desktop.set_scale(0, 2.0);
    let mut player = start(story, &desktop, 2);
    desktop.set_scale(1, 2.0);
    sleep(Duration::from_secs(2));
    for (output, size) in OUTPUTS.into_iter().enumerate() {
        let shot = desktop.screenshot(output);
        assert_eq!(shot.dimensions(), size);
        assert_eq!(edges(&shot), (1.0, false), "output {output}");
        assert!(is_moving(&desktop, output), "output {output}");
    }
    desktop.press("Escape");
    leave(&mut player);
    for (name, size) in ["last.png", "last-2.png"].into_iter().zip(OUTPUTS) {
        let stage = image::image_dimensions(player.folder.path().join(name));
        assert_eq!(stage.unwrap(), size, "{name}");
    }
}

#[test]
fn when_the_last_output_goes_so_does_the_saver() {
    let story = "when_the_last_output_goes_so_does_the_saver";
    if tell() {
        return;
    }
    let desktop = Desktop::with_plugs(1);
    let mut player = start(story, &desktop, 1);
    desktop.unplug(0);
    leave(&mut player);
}

#[test]
fn only_the_monitor_that_was_chosen_is_covered() {
    let story = "only_the_monitor_that_was_chosen_is_covered";
    if tell_on(Some(2)) {
        return;
    }
    let desktop = Desktop::start(&OUTPUTS);
    let before = desktop.screenshot(0);
    let mut player = start(story, &desktop, 1);
    assert_eq!(desktop.screenshot(0), before);
    assert!(is_moving(&desktop, 1));
    desktop.press("Escape");
    leave(&mut player);
}

#[test]
fn outputs_that_sleep_keep_nobody_from_leaving() {
    let story = "outputs_that_sleep_keep_nobody_from_leaving";
    if tell() {
        return;
    }
    let desktop = Desktop::with_plugs(2);
    let mut player = start(story, &desktop, 2);
    desktop.set_awake(1, false);
    sleep(Duration::from_secs(8));
    assert!(is_moving(&desktop, 0));
    desktop.set_awake(1, true);
    sleep(Duration::from_secs(1));
    assert!(is_moving(&desktop, 1));
    desktop.set_awake(1, false);
    desktop.set_awake(0, false);
    sleep(Duration::from_secs(1));
    desktop.press("x");
    leave(&mut player);
    // Nothing is drawn that nobody sees.
    let log = std::fs::read_to_string(player.folder.path().join("frames-2.tsv")).unwrap();
    let came = |line: &str| line.split('\t').next()?.parse::<f64>().ok();
    let times: Vec<f64> = log.lines().filter_map(came).collect();
    let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
    let longest = gaps.fold(0.0, f64::max);
    assert!(longest > 3000.0, "{longest} ms");
}

#[test]
fn a_compositor_that_ends_is_left_in_order() {
    let story = "a_compositor_that_ends_is_left_in_order";
    if tell() {
        return;
    }
    let mut desktop = Desktop::start(&OUTPUTS);
    let mut player = start(story, &desktop, 2);
    desktop.crash();
    leave(&mut player);
}

#[test]
fn every_output_of_kde_is_covered_a_vote_stays_and_another_key_leaves() {
    /// Of Linux's input event codes.
    const KEY_UP: u32 = 103;
    const KEY_X: u32 = 45;
    let story = "every_output_of_kde_is_covered_a_vote_stays_and_another_key_leaves";
    if tell() {
        return;
    }
    let mut kwin = Kwin::start(2, (640, 480));
    // It listens before it is done with its own windows.
    sleep(Duration::from_secs(3));
    // Without KDE's other programs it thinks for 0.7 s about every new connection, of which Mesa's drivers open several;
    // so the first pictures take their time here.
    let mut player = start_in(story, &kwin.environment(), 2);
    for output in 0..2 {
        let shot = kwin.screenshot(output);
        let (lit, _) = edges(&shot);
        assert_eq!(lit, 1.0, "output {output}");
        sleep(Duration::from_millis(700));
        assert_ne!(shot, kwin.screenshot(output), "output {output} moves");
    }
    kwin.press(KEY_UP);
    assert!(player.hear("voted").starts_with("Up "));
    kwin.press(KEY_X);
    let [presented, ..] = leave(&mut player);
    assert!(presented > 20, "{presented} pictures");
}
