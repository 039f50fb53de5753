//! The settings: on the command line, and in the window as a person uses it.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use woolgather_agent::{Consent, Settings};
use woolgather_screens::Screen;

use crate::support::{Outcome, Studio};

/// Waits until `is_so`, a generous while: the machines that run this draw windows with the processor.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}: never");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_setting_is_read_changed_and_taken_back() {
    let studio = Studio::new();
    let config = |words: &str| studio.must(&format!("config {words} --config mine/config.toml"));
    let said = |outcome: Outcome| outcome.stdout.trim().to_owned();

    assert_eq!(said(config("path")), "mine/config.toml");
    assert_eq!(said(config("get render.when")), "idle");
    assert!(
        studio.names("mine").is_empty(),
        "who only looks writes nothing"
    );

    let set = config("set saver.idle_minutes 9");
    assert_eq!(said(set), "saver.idle_minutes = 9");
    let file = studio.text("mine/config.toml");
    assert!(file.contains("# After how many minutes without a key"));
    assert_eq!(said(config("get saver.idle_minutes")), "9");
    let list = said(config("list"));
    let line = list.lines().nth(1).unwrap();
    assert!(line.contains("# was 5 "), "{line}");
    assert!(
        line.ends_with("After how many minutes without a key or a move of the mouse."),
        "{line}"
    );

    let commented = file.replace("idle_minutes = 9", "idle_minutes = 9 # tea");
    studio.put("mine/config.toml", &commented);
    assert_eq!(
        said(config("unset saver.idle_minutes")),
        "saver.idle_minutes = 5"
    );
    assert_eq!(
        studio.text("mine/config.toml"),
        commented.replace("idle_minutes = 9", "idle_minutes = 5")
    );
}

#[test]
fn what_is_wrong_is_said_with_its_key_and_its_line() {
    let studio = Studio::new();
    studio.put("config.toml", "[saver]\nidle_minutes = 0\n");
    for (args, expected) in [
        (
            "config set saver.on_battery late --config new.toml",
            "saver.on_battery: late is not true or false.",
        ),
        (
            "config set saver.idle_minutes -3 --config new.toml",
            "-3 is not a whole number from 1 to 240.",
        ),
        (
            "config get saver.color --config new.toml",
            "There is no setting \"saver.color\".",
        ),
        (
            "config list --config config.toml",
            "Line 2, saver.idle_minutes: 0 is not a whole number from 1 to 240.",
        ),
        (
            "config set saver.on_battery true --config config.toml",
            "Line 2, saver.idle_minutes: 0 is not a whole number from 1 to 240.",
        ),
    ] {
        studio.must_refuse(args, expected);
    }
    assert_eq!(studio.text("config.toml"), "[saver]\nidle_minutes = 0\n");
}

#[test]
fn without_a_display_there_is_a_sentence_instead_of_a_window() {
    let studio = Studio::new();
    let mut command = studio.command("settings --config config.toml");
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`woolgather config` does the same"), "{said}");
}

/// What a file says; the defaults as long as it is not there.
fn settings(file: &Path) -> Settings {
    let text = fs::read_to_string(file).unwrap_or_default();
    Settings::read(&text).unwrap().settings
}

#[test]
fn a_newcomer_answers_two_questions_and_changes_a_setting_with_the_keyboard() {
    let studio = Studio::new();
    let file = studio.path("config.toml");
    let screen = Screen::of_size(640, 760);
    let mut window = studio
        .command("settings --config config.toml")
        .env("DISPLAY", screen.display())
        .env_remove("WAYLAND_DISPLAY")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    screen.focus("Woolgather settings");
    wait_until("a page that is not blank", || {
        let mut colours: Vec<[u8; 3]> = screen.shot().pixels().map(|pixel| pixel.0).collect();
        colours.sort_unstable();
        colours.dedup();
        colours.len() > 1000
    });
    assert!(!file.exists(), "nothing has been answered");

    press(&screen, "Tab space");
    wait_until("a yes to drawing", || {
        settings(&file).render.enabled == Consent::Given
    });
    press(&screen, "Tab Tab Tab space");
    wait_until("a no to passing on", || {
        settings(&file).network.share == Consent::Refused
    });

    // Done, and on the page the first thing is the saver's switch.
    press(&screen, "Tab space");
    sleep(Duration::from_millis(500));
    press(&screen, "Tab space");
    wait_until("the saver's switch", || !settings(&file).saver.enabled);

    let before = screen.shot();
    let mut theirs = settings(&file);
    theirs.saver.enabled = true;
    fs::write(&file, format!("# mine\n{}", theirs.to_file())).unwrap();
    wait_until("what somebody else changed", || screen.shot() != before);

    // The number behind the switch: the first Esc leaves it, the second one the window.
    press(&screen, "Tab Escape");
    sleep(Duration::from_millis(500));
    assert_eq!(window.try_wait().unwrap(), None, "it is still there");
    press(&screen, "Escape");
    wait_until("its end", || window.try_wait().unwrap().is_some());
    let output = window.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(settings(&file), theirs, "who only looked changed nothing");
}

/// Presses keys one after the other, as quickly as somebody types.
fn press(screen: &Screen, keys: &str) {
    for key in keys.split(' ') {
        screen.press(key);
        sleep(Duration::from_millis(100));
    }
}
