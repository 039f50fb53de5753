//! The user goes, and comes back: on every desktop we know a source for.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use woolgather_platform::idle::{Idle, IdleSource, detect};

use crate::desktops::{Desktop, Kwin, Mutter, Screen, Sway};
use crate::services::{IdleMonitor, Services};

/// Long enough that a busy machine does not mistake its own slowness for an absent user.
const AFTER: Duration = Duration::from_secs(2);

/// Work must stop this soon after the user's return (the budget for it).
const REACTION_MAX: Duration = Duration::from_millis(200);

/// The story every source has to tell.
fn check(desktop: impl Desktop, name: &str) {
    let mut source = detect(&desktop.environment()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(source.name(), name);

    desktop.touch();
    let touched = Instant::now();
    source.watch(AFTER).expect("it answers");
    assert_eq!(source.poll(), Ok(Idle::Active), "somebody was just there");

    for _ in 0..2 {
        let idle = source.wait(Duration::from_secs(20)).expect("it answers");
        let Idle::Since(since) = idle else {
            panic!("nobody touched it, and yet: {idle:?}")
        };
        assert!(touched.elapsed() >= AFTER - Duration::from_millis(100));
        assert!(since.elapsed() >= AFTER - Duration::from_millis(100));
        assert_eq!(source.poll().map(Idle::is_idle), Ok(true), "still nobody");

        let back = returns(&desktop, source.as_mut());
        assert!(back <= REACTION_MAX, "noticed after {back:?}");
    }

    drop(desktop);
    let started = Instant::now();
    let lost = source
        .wait(Duration::from_secs(20))
        .expect_err("the session ended");
    assert!(started.elapsed() < Duration::from_secs(5), "{lost}");
    assert_eq!(lost.source_name, name);
}

/// How long it takes until a waiting source knows of the user's return. The time until the input
/// reached the desktop is part of it.
fn returns(desktop: &dyn Desktop, source: &mut dyn IdleSource) -> Duration {
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let idle = source.wait(Duration::from_secs(20)).expect("it answers");
            assert_eq!(idle, Idle::Active);
            Instant::now()
        });
        // Let it begin to wait.
        std::thread::sleep(Duration::from_millis(300));
        let touched = Instant::now();
        desktop.touch();
        let noticed = waiting.join().expect("the wait ends");
        println!("noticed after {:?}", noticed.duration_since(touched));
        noticed.duration_since(touched)
    })
}

#[test]
fn on_an_x_server_its_counter_tells() {
    check(Screen::start(), "X11 (MIT-SCREEN-SAVER)");
}

#[test]
fn on_sway_of_debian_12_the_kde_protocol_tells() {
    check(Sway::start(), "Wayland (org_kde_kwin_idle)");
}

#[test]
fn on_kwin_the_common_protocol_tells() {
    check(Kwin::start(), "Wayland (ext-idle-notify-v1)");
}

#[test]
fn on_gnome_mutter_tells() {
    check(Mutter::start(), "GNOME (Mutter's IdleMonitor)");
}

#[test]
fn a_keyboard_that_comes_and_goes_wakes_sway_too() {
    let sway = Sway::start();
    let mut source = detect(&sway.environment()).unwrap_or_else(|error| panic!("{error}"));
    source.watch(AFTER).expect("it answers");
    let idle = source.wait(Duration::from_secs(20)).expect("it answers");
    assert!(idle.is_idle());
    sway.type_letter();
    assert_eq!(source.wait(Duration::from_secs(20)), Ok(Idle::Active));
}

#[test]
fn an_x_server_that_hangs_is_an_error_within_seconds() {
    let screen = Screen::start();
    let mut source = detect(&screen.environment()).unwrap_or_else(|error| panic!("{error}"));
    source.watch(AFTER).expect("it answers");
    screen.signal("-STOP");
    let started = Instant::now();
    let error = source.poll().expect_err("nobody answers");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(error.to_string().contains("does not answer"), "{error}");

    let started = Instant::now();
    let error = detect(&screen.environment()).err().expect("nobody answers");
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(error.to_string().contains("does not answer"), "{error}");
    screen.signal("-CONT");
}

#[test]
fn a_shell_that_was_restarted_or_fires_watches_of_others_is_still_understood() {
    let idle_ms = Arc::new(Mutex::new(10_000));
    let services = Services::none().with(
        "org.gnome.Mutter.IdleMonitor",
        "/org/gnome/Mutter/IdleMonitor/Core",
        IdleMonitor(Arc::clone(&idle_ms)),
    );
    let mut source = detect(&services.environment()).unwrap_or_else(|error| panic!("{error}"));
    source.watch(AFTER).expect("it answers");
    let long = Duration::from_secs(20);
    assert!(source.poll().expect("it answers").is_idle());
    services.watches_fire(1000);
    assert!(source.poll().expect("it answers").is_idle());

    // Nobody fires our watch, and yet the return is seen.
    let waiting = std::thread::spawn(move || source.wait(long));
    std::thread::sleep(Duration::from_millis(300));
    *idle_ms.lock().expect("nobody panicked with it") = 5;
    assert_eq!(waiting.join().expect("the wait ends"), Ok(Idle::Active));
}
