//! Reasons to stay out of the way, as a desktop gives them.

use std::os::unix::net::UnixListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use woolgather_platform::desktop::{
    Front, Inhibition, SleepEvent, SleepWatch, inhibitions, locked,
};
use woolgather_platform::idle::detect;
use woolgather_platform::{Environment, Network, network};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, CreateWindowAux, PropMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::desktops::{Desktop, Screen};
use crate::machine::{eventually, runtime_folder};
use crate::services::{Login1, NetworkManager, PowerManager, Services, Session, SessionManager};

/// A window, and the window manager that would put it in front.
struct Manager {
    connection: RustConnection,
    root: Window,
    window: Window,
}

impl Manager {
    fn start(screen: &Screen) -> Self {
        let (connection, number) =
            RustConnection::connect(Some(screen.display())).expect("it runs");
        let root = connection.setup().roots[number].root;
        let window = connection.generate_id().expect("a number");
        let aux = CreateWindowAux::new();
        let class = WindowClass::INPUT_OUTPUT;
        connection
            .create_window(0, window, root, 0, 0, 640, 480, 0, class, 0, &aux)
            .expect("a window");
        let manager = Self {
            connection,
            root,
            window,
        };
        manager.set(window, "_NET_WM_PID", AtomEnum::CARDINAL, &[4711]);
        manager
    }

    fn atom(&self, name: &str) -> u32 {
        let cookie = self.connection.intern_atom(false, name.as_bytes());
        cookie.expect("it runs").reply().expect("a number").atom
    }

    fn set(&self, window: Window, property: &str, kind: AtomEnum, values: &[u32]) {
        let property = self.atom(property);
        self.connection
            .change_property32(PropMode::REPLACE, window, property, kind, values)
            .expect("it runs")
            .check()
            .expect("the server takes it");
    }

    fn in_front(&self, window: Window) {
        self.set(self.root, "_NET_ACTIVE_WINDOW", AtomEnum::WINDOW, &[window]);
    }

    fn states(&self, states: &[&str]) {
        let states: Vec<u32> = states.iter().map(|state| self.atom(state)).collect();
        self.set(self.window, "_NET_WM_STATE", AtomEnum::ATOM, &states);
    }
}

#[test]
fn a_full_screen_window_in_front_is_seen_unless_it_is_ours() {
    let screen = Screen::start();
    let front = Front::open(&screen.environment()).expect("it runs");
    let error = front
        .full_screen(&[])
        .expect_err("there is no window manager yet");
    assert!(error.to_string().contains("does not say"), "{error}");

    let manager = Manager::start(&screen);
    manager.in_front(0);
    assert_eq!(front.full_screen(&[]), Ok(false));
    manager.in_front(manager.window);
    assert_eq!(front.full_screen(&[]), Ok(false));
    manager.states(&["_NET_WM_STATE_ABOVE", "_NET_WM_STATE_FULLSCREEN"]);
    assert_eq!(front.full_screen(&[]), Ok(true));
    assert_eq!(front.full_screen(&[1, 2]), Ok(true));
    assert_eq!(
        front.full_screen(&[1, 4711]),
        Ok(false),
        "that is our own show"
    );
    manager.states(&["_NET_WM_STATE_ABOVE"]);
    assert_eq!(front.full_screen(&[]), Ok(false));

    let gone = manager.window + 1;
    manager.in_front(gone);
    assert_eq!(front.full_screen(&[]), Ok(false));
}

#[test]
fn on_wayland_nobody_says_what_is_full_screen() {
    let environment =
        Environment::from_pairs(None, &[("WAYLAND_DISPLAY", "wayland-0"), ("DISPLAY", ":0")]);
    assert!(Front::open(&environment).is_err());
}

fn inhibitor(what: &str, who: &str, mode: &str) -> (String, String, String, String, u32, u32) {
    let [what, who, mode] = [what, who, mode].map(str::to_owned);
    (what, who, "because".to_owned(), mode, 1000, 4711)
}

#[test]
fn whoever_blocks_idleness_is_named_and_others_are_not() {
    let services = Services::none()
        .with(
            "org.freedesktop.login1",
            "/org/freedesktop/login1",
            Login1(vec![
                inhibitor("sleep:idle", "film", "block"),
                inhibitor("sleep", "updates", "block"),
                inhibitor("idle", "later", "delay"),
            ]),
        )
        .with(
            "org.gnome.SessionManager",
            "/org/gnome/SessionManager",
            SessionManager(8 | 4),
        )
        .with(
            "org.freedesktop.PowerManagement.Inhibit",
            "/org/freedesktop/PowerManagement/Inhibit",
            PowerManager(false),
        );
    let found = inhibitions(&services.environment());
    assert_eq!(found.unknown, []);
    let expected = [("film", "because"), ("the session manager", "")];
    assert_eq!(
        found.held,
        expected.map(|(who, why)| Inhibition {
            who: who.to_owned(),
            why: why.to_owned(),
        })
    );
}

#[test]
fn a_session_manager_that_is_asked_to_forbid_only_logging_out_inhibits_nothing() {
    let services = Services::none().with(
        "org.gnome.SessionManager",
        "/org/gnome/SessionManager",
        SessionManager(1),
    );
    let found = inhibitions(&services.environment());
    assert_eq!(found.held, []);
    assert_eq!(found.unknown.len(), 2, "{:?}", found.unknown);
    assert!(found.unknown[0].to_string().contains("not running"));
}

#[test]
fn a_service_or_a_bus_that_never_answers_costs_a_bounded_time() {
    let (services, _silent) = Services::none().with_silent("org.gnome.SessionManager");
    let started = Instant::now();
    let found = inhibitions(&services.environment());
    assert_eq!(found.unknown.len(), 3, "{:?}", found.unknown);
    assert!(found.unknown[1].to_string().contains("timed out"));

    let folder = runtime_folder();
    let _deaf = UnixListener::bind(folder.path().join("bus")).expect("a socket");
    let address = format!("unix:path={}/bus", folder.path().display());
    let environment = Environment::from_pairs(
        None,
        &[
            ("DBUS_SYSTEM_BUS_ADDRESS", &address),
            ("DBUS_SESSION_BUS_ADDRESS", &address),
        ],
    );
    let error = locked(&environment).expect_err("nobody answers");
    assert!(error.to_string().contains("does not answer"), "{error}");
    let error = detect(&environment).err().expect("nobody answers");
    assert!(error.to_string().contains("does not answer"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(8));
}

#[test]
fn the_session_is_locked_when_logind_says_so() {
    let [of_seven, of_auto] = [Arc::new(Mutex::new(false)), Arc::new(Mutex::new(true))];
    let services = Services::none()
        .with(
            "org.freedesktop.login1",
            "/org/freedesktop/login1",
            Login1(Vec::new()),
        )
        .with(
            "org.freedesktop.login1",
            "/org/freedesktop/login1/session/_37",
            Session(Arc::clone(&of_seven)),
        )
        .with(
            "org.freedesktop.login1",
            "/org/freedesktop/login1/session/auto",
            Session(of_auto),
        );
    assert_eq!(
        locked(&services.environment()),
        Ok(true),
        "of no session: auto"
    );
    let in_seven = services.environment_with("XDG_SESSION_ID", "7");
    assert_eq!(locked(&in_seven), Ok(false));
    *of_seven.lock().expect("nobody panicked with it") = true;
    assert_eq!(locked(&in_seven), Ok(true));
    let in_eight = services.environment_with("XDG_SESSION_ID", "8");
    assert_eq!(locked(&in_eight), Ok(true), "an unknown session: auto");
}

#[test]
fn without_logind_nobody_knows_of_the_lock() {
    let error = locked(&Services::none().environment()).expect_err("nobody knows");
    assert!(error.to_string().contains("not running"), "{error}");
}

#[test]
fn sleep_is_announced_and_waking_too() {
    let services = Services::none().with(
        "org.freedesktop.login1",
        "/org/freedesktop/login1",
        Login1(Vec::new()),
    );
    let mut watch = SleepWatch::open(&services.environment());
    assert_eq!(watch.unannounced(), None);
    assert_eq!(watch.wait(Duration::from_millis(20)), None);
    services.prepare_for_sleep(true);
    let long = Duration::from_secs(20);
    assert_eq!(watch.wait(long), Some(SleepEvent::GoingToSleep));
    services.prepare_for_sleep(false);
    assert_eq!(watch.wait(long), Some(SleepEvent::Woke));
    assert_eq!(watch.wait(Duration::from_millis(20)), None);
}

#[test]
fn networkmanager_says_what_the_way_out_costs() {
    let proc = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(proc.path().join("net")).expect("there is room");
    let route = "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n";
    std::fs::write(proc.path().join("net/route"), route).expect("there is room");
    let check = |metered: u32, expected: Network| {
        let services = Services::none().with(
            "org.freedesktop.NetworkManager",
            "/org/freedesktop/NetworkManager",
            NetworkManager(metered),
        );
        let found = network(&services.environment(), proc.path());
        assert_eq!(found, Ok(expected), "{metered}");
    };
    check(0, Network::Free);
    check(1, Network::Metered);
    check(2, Network::Free);
    check(3, Network::Metered);
    check(4, Network::Free);
}

#[test]
fn asking_again_and_again_leaves_nothing_behind() {
    let count = |what: &str| {
        let folder = std::fs::read_dir(format!("/proc/self/{what}"));
        folder.expect("Linux has it").count()
    };
    let services = Services::none();
    let ask = || {
        drop(inhibitions(&services.environment()));
        drop(SleepWatch::open(&services.environment()));
    };
    ask();
    let before = (count("fd"), count("task"));
    for _ in 0..50 {
        ask();
    }
    // Threads and connections end a moment after their owners.
    eventually("end of what was opened", || {
        (count("fd") <= before.0 && count("task") <= before.1).then_some(())
    });
}
