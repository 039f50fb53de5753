//! Live mode in a real window on a real (invisible) screen; see `window.rs` for how a story is told.
//!
//! The machines that run this have no graphics card and much else to do, so times are generous.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use woolgather_genome::starter_flock;
use woolgather_player::{LiveSheep, PlayOptions, play_live};
use woolgather_screens::{Desktop, Screen};

use crate::window::{Player, account, options, say, story_folder};

/// In the child: draws so many starter sheep live. Returns whether this is the child.
fn tell(for_: Duration, starters: usize) -> bool {
    let Some(folder) = story_folder() else {
        return false;
    };
    println!("\nstory: ready");
    account(play_live(flock(starters), say, &options(&folder, for_)));
    true
}

/// So many starter sheep.
pub(crate) fn flock(starters: usize) -> Vec<LiveSheep> {
    let sheep = starter_flock().iter().map(|sheep| LiveSheep {
        genome: sheep.genome(),
        title: sheep.title.to_owned(),
        artist: sheep.artist.to_owned(),
    });
    sheep.skip(14).take(starters).collect()
}

/// Memory that a process holds, in KiB.
fn memory_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

#[test]
fn frames_keep_coming_for_a_minute_and_take_no_more_memory() {
    let name = "live::frames_keep_coming_for_a_minute_and_take_no_more_memory";
    if tell(Duration::from_secs(60), 2) {
        return;
    }
    let screen = Screen::start();
    let mut player = Player::start_test(name, Some(screen.display()));
    player.hear("shown");
    // A loop and the edge after it have been on by then: everything that is compiled or allocated once.
    sleep(Duration::from_secs(30));
    let row = |screen: &Screen| (0..16).map(|x| screen.pixel(40 * x + 20, 120)).collect();
    let before: Vec<[u8; 3]> = row(&screen);
    let bright = |pixel: &&[u8; 3]| pixel.iter().any(|&channel| channel > 24);
    assert!(before.iter().filter(bright).count() >= 8, "{before:?}");
    let memory = memory_kib(player.child.id());
    sleep(Duration::from_secs(25));
    assert_ne!(before, row(&screen), "it moves");
    let grown = memory_kib(player.child.id()).saturating_sub(memory);
    assert!(grown < 20 << 10, "{grown} KiB more after 25 s");

    let [presented, _, first_frame_ms, _] = player.report();
    assert!(first_frame_ms < 10_000, "{first_frame_ms} ms");
    let log = fs::read_to_string(player.folder.path().join("frames.tsv")).unwrap();
    assert_eq!(log.lines().count() as u64, presented);
    let came = |line: &str| line.split('\t').next()?.parse::<f64>().ok();
    let mut times: Vec<f64> = log.lines().filter_map(came).collect();
    times.push(60_000.0);
    let gap = times.windows(2).map(|pair| pair[1] - pair[0]);
    let longest = gap.fold(0.0, f64::max);
    assert!(longest < 5000.0, "nothing came for {longest} ms");
    assert!(presented >= 60, "{presented} pictures in a minute");
    let shot = image::open(player.folder.path().join("last.png")).unwrap();
    assert_eq!((shot.width(), shot.height()), (640, 360));
}

#[test]
fn every_monitor_shows_a_sheep_and_escape_leaves_them_all() {
    let name = "live::every_monitor_shows_a_sheep_and_escape_leaves_them_all";
    if let Some(folder) = story_folder() {
        let options = PlayOptions {
            windowed: false,
            ..options(&folder, Duration::from_secs(90))
        };
        println!("\nstory: ready");
        account(play_live(flock(2), say, &options));
        return;
    }
    let desktop = Desktop::start(&[(800, 600), (640, 480)]);
    let mut player = Player::start_in(name, &desktop.environment());
    player.hear("shown");
    player.hear("shown");
    sleep(Duration::from_secs(8));
    for output in 0..2 {
        let shot = desktop.screenshot(output);
        let lit = shot
            .pixels()
            .filter(|pixel| pixel.0.iter().any(|&channel| channel > 24));
        let share = lit.count() as f64 / f64::from(shot.width() * shot.height());
        assert!(share > 0.3, "output {output}: {share} of it is lit");
    }
    desktop.press("Escape");
    let leaving = Instant::now();
    let [presented, ..] = player.report();
    assert!(presented >= 4, "{presented} pictures");
    assert!(leaving.elapsed() < Duration::from_secs(15));
    for name in ["frames.tsv", "frames-2.tsv"] {
        let log = fs::read_to_string(player.folder.path().join(name)).unwrap();
        assert!(log.lines().count() >= 2, "{name}: {log}");
    }
}

#[test]
fn keys_pause_go_on_fill_the_screen_and_leave() {
    let name = "live::keys_pause_go_on_fill_the_screen_and_leave";
    if tell(Duration::from_secs(90), 2) {
        return;
    }
    let screen = Screen::start();
    let mut player = Player::start_test(name, Some(screen.display()));
    let first = player.hear("shown");
    sleep(Duration::from_secs(2));
    screen.focus("Woolgather");
    let press = |key: &str| {
        screen.press(key);
        sleep(Duration::from_millis(300));
    };
    press("i");
    press("space");
    press("space");
    // From the loop to its edge, and from the edge to the other sheep.
    press("Right");
    press("Right");
    let second = player.hear("shown");
    assert_ne!(first, second);
    press("Left");
    assert_eq!(player.hear("shown"), first);
    press("f");
    press("F11");
    let leaving = Instant::now();
    screen.press("Escape");
    let [presented, ..] = player.report();
    assert!(presented > 0);
    // It would have gone on for a minute by itself.
    assert!(
        leaving.elapsed() < Duration::from_secs(15),
        "{:?}",
        leaving.elapsed()
    );
}
