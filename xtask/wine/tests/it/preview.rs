//! The preview: a child in somebody else's window, which follows its size and goes when it does.
//!
//! wine 8 shows nothing on its screen that a program draws into another one's window, not even a plain colour. So the
//! child is looked at by itself: X keeps what is drawn there. And it has no Vulkan for children, so OpenGL draws.

use std::time::Duration;

use image::RgbImage;
use woolgather_screens::Ended;
use woolgather_wine::{Session, difference, is_lit};

use crate::support::{Host, end_of, installed, wait_for};

/// What is drawn in the child of this size, when there is one and something is.
fn picture(session: &Session, width: u32, height: u32) -> Option<RgbImage> {
    let tree = session.screen().run("xwininfo", &["-root", "-tree"]);
    let tree = String::from_utf8_lossy(&tree.stdout).into_owned();
    let line = tree
        .lines()
        .find(|line| line.contains(&format!(" {width}x{height}+")))?;
    let id = line.split_whitespace().next()?;
    let shot = session
        .screen()
        .run("import", &["-window", id, "-depth", "8", "png:-"]);
    let picture = image::load_from_memory_with_format(&shot.stdout, image::ImageFormat::Png);
    picture
        .ok()
        .map(image::DynamicImage::into_rgb8)
        .filter(is_lit)
}

fn preview(session: &Session, saver: &str, arguments: &str) -> Ended {
    let mut command = session.command(saver);
    command
        .args(arguments.split_whitespace())
        .env("WGPU_BACKEND", "gl");
    session.spawn(command)
}

#[test]
fn it_moves_follows_the_size_and_goes_with_the_window() {
    let session = Session::start();
    let saver = installed(&session);
    for spelling in ["/p ", "-P:"] {
        let mut host = Host::start(&session);
        let arguments = format!("{spelling}{}", host.window);
        let mut running = preview(&session, &saver, &arguments);
        let first = wait_for("a picture", || picture(&session, 152, 112));
        assert_eq!(host.ask("child"), "152 112 visible disabled per-monitor");
        std::thread::sleep(Duration::from_secs(1));
        let second = wait_for("another picture", || picture(&session, 152, 112));
        let moved = difference(&first, &second);
        assert!(moved > 0.05, "{moved} of all pixels");
        host.tell("size 250 200");
        wait_for("a larger picture", || picture(&session, 250, 200));
        assert_eq!(host.ask("child"), "250 200 visible disabled per-monitor");
        host.tell("destroy");
        assert_eq!(end_of(&mut running), Some(0), "{spelling}");
        assert!(host.running.0.try_wait().unwrap().is_none());
    }
}

#[test]
fn it_goes_with_the_program_too() {
    let session = Session::start();
    let saver = installed(&session);
    let mut host = Host::start(&session);
    let mut running = preview(&session, &saver, &format!("/p {}", host.window));
    wait_for("a picture", || picture(&session, 152, 112));
    drop(host.running.0.stdin.take());
    assert_eq!(end_of(&mut host.running), Some(0));
    assert_eq!(end_of(&mut running), Some(0));
}
