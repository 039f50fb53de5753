//! Live mode in a real window on a real (invisible) screen; see `window.rs` for how a story is told.
//!
//! The machines that run this have no graphics card and much else to do, so times are generous.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use woolgather_genome::starter_flock;
use woolgather_player::{LiveSheep, play_live};

use crate::screen::Screen;
use crate::window::{Player, account, options, say, story_folder};

/// In the child: draws so many starter sheep live. Returns whether this is the child.
fn tell(for_: Duration, starters: usize) -> bool {
    let Some(folder) = story_folder() else {
        return false;
    };
    let sheep = starter_flock().iter().map(|sheep| LiveSheep {
        genome: sheep.genome(),
        title: sheep.title.to_owned(),
        artist: sheep.artist.to_owned(),
    });
    let flock = sheep.skip(14).take(starters).collect();
    println!("\nstory: ready");
    account(play_live(flock, say, &options(&folder, for_)));
    true
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
fn a_flame_is_there_soon_and_moves_and_takes_no_more_memory() {
    let name = "live::a_flame_is_there_soon_and_moves_and_takes_no_more_memory";
    if tell(Duration::from_secs(25), 1) {
        return;
    }
    let screen = Screen::start();
    let mut player = Player::start_test(name, Some(&screen.display));
    assert_eq!(player.hear("shown"), "Glassblower by Woolgather flock");
    sleep(Duration::from_secs(9));
    let row = |screen: &Screen| (0..16).map(|x| screen.pixel(40 * x + 20, 120)).collect();
    let before: Vec<[u8; 3]> = row(&screen);
    let bright = |pixel: &&[u8; 3]| pixel.iter().any(|&channel| channel > 24);
    assert!(before.iter().filter(bright).count() >= 8, "{before:?}");
    let memory = memory_kib(player.child.id());
    sleep(Duration::from_secs(9));
    assert_ne!(before, row(&screen), "it moves");
    let grown = memory_kib(player.child.id()).saturating_sub(memory);
    assert!(grown < 20 << 10, "{grown} KiB more after 9 s");

    let [presented, _, first_frame_ms, _] = player.report();
    assert!(first_frame_ms < 10_000, "{first_frame_ms} ms");
    assert!(presented >= 25, "{presented} pictures in 25 s");
    let log = fs::read_to_string(player.folder.path().join("frames.tsv")).unwrap();
    assert_eq!(log.lines().count() as u64, presented);
    let shot = image::open(player.folder.path().join("last.png")).unwrap();
    assert_eq!((shot.width(), shot.height()), (640, 360));
}

#[test]
fn keys_pause_go_on_fill_the_screen_and_leave() {
    let name = "live::keys_pause_go_on_fill_the_screen_and_leave";
    if tell(Duration::from_secs(90), 2) {
        return;
    }
    let screen = Screen::start();
    let mut player = Player::start_test(name, Some(&screen.display));
    let first = player.hear("shown");
    sleep(Duration::from_secs(2));
    let focus = [
        "search",
        "--sync",
        "--name",
        "Woolgather",
        "windowfocus",
        "--sync",
    ];
    screen.run("xdotool", &focus);
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
