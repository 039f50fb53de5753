//! The saver on the whole screen: `/s` in every spelling, and what ends it.

use std::time::Duration;

use image::RgbImage;
use woolgather_screens::Ended;
use woolgather_wine::{Session, difference, is_lit};

use crate::support::{Host, end_of, installed, start, wait_for};

/// Starts the saver and waits for its first picture.
#[track_caller]
fn shown(session: &Session, saver: &str, arguments: &str) -> (Ended, RgbImage) {
    let running = start(session, saver, arguments);
    let picture = wait_for("a picture", || Some(session.screen().shot()).filter(is_lit));
    (running, picture)
}

#[test]
fn it_shows_moving_pictures_in_every_spelling_and_leaves_at_a_key() {
    let session = Session::start();
    let saver = installed(&session);
    for arguments in ["/s", "/S", "-s", "s", "/what"] {
        let (mut running, first) = shown(&session, &saver, arguments);
        std::thread::sleep(Duration::from_secs(1));
        let second = session.screen().shot();
        assert!(is_lit(&second));
        let moved = difference(&first, &second);
        assert!(moved > 0.05, "{arguments}: {moved} of all pixels");
        session.screen().press("x");
        assert_eq!(end_of(&mut running), Some(0), "{arguments}");
    }
}

#[test]
fn keys_that_vote_do_not_end_it_and_a_button_does() {
    let session = Session::start();
    let saver = installed(&session);
    let (mut running, _) = shown(&session, &saver, "/s");
    for key in ["Up", "Down", "Left", "Right", "space", "i"] {
        session.screen().press(key);
    }
    std::thread::sleep(Duration::from_secs(2));
    assert!(running.0.try_wait().unwrap().is_none(), "it goes on");
    session.screen().run("xdotool", &["click", "1"]);
    assert_eq!(end_of(&mut running), Some(0));
}

#[test]
fn a_bumped_desk_does_not_end_it_and_a_moved_mouse_does() {
    let session = Session::start();
    let saver = installed(&session);
    let (mut running, _) = shown(&session, &saver, "/s");
    let moved = |x: &str, y: &str| {
        session
            .screen()
            .run("xdotool", &["mousemove_relative", "--", x, y])
    };
    moved("2", "0");
    moved("3", "-4");
    std::thread::sleep(Duration::from_secs(2));
    assert!(running.0.try_wait().unwrap().is_none(), "it goes on");
    moved("12", "9");
    assert_eq!(end_of(&mut running), Some(0));
}

#[test]
fn the_wheel_ends_it_and_so_does_another_program_that_comes_to_the_front() {
    let session = Session::start();
    let saver = installed(&session);
    let (mut running, _) = shown(&session, &saver, "/s");
    session.screen().run("xdotool", &["click", "4"]);
    assert_eq!(end_of(&mut running), Some(0));
    let (mut running, _) = shown(&session, &saver, "/s");
    let _host = Host::start(&session);
    assert_eq!(end_of(&mut running), Some(0));
}
