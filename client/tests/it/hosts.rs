//! The program as a screensaver's hack: in a window of the test's, and under XScreenSaver itself.
//!
//! The machines that run this have no graphics card and much else to do, so times are generous; `benchmarks.md` has those
//! of a machine that does nothing else.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use image::RgbImage;
use woolgather_screens::{NOBODY, Screen, as_ordinary_user, give_to_ordinary_user, is_root};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;

/// The line that brings every program these tests start.
const INSTALL: &str =
    "apt-get install -y --no-install-recommends xscreensaver xscreensaver-gl xserver-xephyr procps";

/// Ends a process with the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing left to do.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Waits until `is_so`, a generous while.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(40), "{what}: never");
        sleep(Duration::from_millis(25));
    }
    start.elapsed()
}

/// Share of the pixels within `width` and `height` from (`x`, `y`) on that are not black.
fn lit(shot: &RgbImage, [x, y, width, height]: [u32; 4]) -> f64 {
    let pixels = (y..y + height).flat_map(|y| (x..x + width).map(move |x| (x, y)));
    let lit = pixels.filter(|&(x, y)| shot.get_pixel(x, y).0.iter().any(|&channel| channel > 16));
    lit.count() as f64 / f64::from(width * height)
}

/// A window as a host gives it: mapped, black, of this size at the corner.
fn foreign_window(display: &str, width: u16, height: u16) -> (RustConnection, Window) {
    let (connection, screen) = x11rb::connect(Some(display)).unwrap();
    let root = &connection.setup().roots[screen];
    let window = connection.generate_id().unwrap();
    let look = CreateWindowAux::new()
        .background_pixel(root.black_pixel)
        .override_redirect(1);
    connection
        .create_window(
            x11rb::COPY_DEPTH_FROM_PARENT,
            window,
            root.root,
            0,
            0,
            width,
            height,
            0,
            WindowClass::INPUT_OUTPUT,
            x11rb::COPY_FROM_PARENT,
            &look,
        )
        .unwrap();
    connection.map_window(window).unwrap();
    connection.flush().unwrap();
    (connection, window)
}

fn hack(display: &str, folder: &Path, arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_woolgather"));
    command
        .args(arguments)
        .env("DISPLAY", display)
        .env("WOOLGATHER_DATA", folder)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("XSCREENSAVER_WINDOW")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn a_foreign_window_is_filled_followed_and_its_end_is_the_end() {
    let screen = Screen::start();
    let (host, window) = foreign_window(screen.display(), 320, 240);
    let folder = tempfile::tempdir().unwrap();
    // The preview of xscreensaver-settings calls so, with the window of the saver in the environment.
    let arguments = ["--root", "--window-id", &format!("{window:#X}")].map(str::to_owned);
    let mut command = hack(screen.display(), folder.path(), &arguments);
    let mut hack = command.env("XSCREENSAVER_WINDOW", "0x1").spawn().unwrap();

    wait_until("a first picture", || {
        lit(&screen.shot(), [0, 0, 320, 240]) > 0.2
    });
    let before = screen.shot();
    wait_until("another one", || screen.shot() != before);
    assert!(
        lit(&screen.shot(), [340, 0, 200, 200]) == 0.0,
        "it stays in its window"
    );

    let larger = ConfigureWindowAux::new().width(640).height(480);
    host.configure_window(window, &larger).unwrap();
    host.flush().unwrap();
    wait_until("a picture of the new size", || {
        lit(&screen.shot(), [340, 260, 280, 200]) > 0.1
    });

    host.destroy_window(window).unwrap();
    host.flush().unwrap();
    wait_until("its end", || hack.try_wait().unwrap().is_some());
    let output = hack.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn sigterm_ends_it_at_once() {
    let screen = Screen::start();
    let (_host, window) = foreign_window(screen.display(), 320, 240);
    let folder = tempfile::tempdir().unwrap();
    let mut command = hack(screen.display(), folder.path(), &["-root".to_owned()]);
    let mut hack = command
        .env("XSCREENSAVER_WINDOW", window.to_string())
        .spawn()
        .unwrap();
    wait_until("a first picture", || {
        lit(&screen.shot(), [0, 0, 320, 240]) > 0.2
    });
    let asked = Instant::now();
    let kill = Command::new("kill").arg(hack.id().to_string()).status();
    assert!(kill.unwrap().success());
    hack.wait().unwrap();
    let took = asked.elapsed();
    assert!(took < Duration::from_millis(500), "{took:?}");
}

#[test]
fn a_window_that_nobody_has_is_a_sentence() {
    let screen = Screen::start();
    let folder = tempfile::tempdir().unwrap();
    for (id, expected) in [
        ("0x7fffff00", "cannot be used: nobody has such a window"),
        ("window", "wants the id of a window"),
    ] {
        let arguments = ["--window-id".to_owned(), id.to_owned()];
        let output = hack(screen.display(), folder.path(), &arguments)
            .output()
            .unwrap();
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn its_line_goes_into_xscreensavers_list_and_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".xscreensaver");
    let usual = "selected:\t0\nprograms:\t\t\\\n  maze --root\t\\n\\\n\n";
    fs::write(&file, usual).unwrap();
    let run = |command: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_woolgather"))
            .arg(command)
            .env("HOME", folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(run("install-hack").starts_with("Added \""));
    let with = fs::read_to_string(&file).unwrap();
    assert_eq!(with.lines().count(), usual.lines().count() + 1, "{with}");
    assert!(run("install-hack").contains("has it already"));
    assert_eq!(fs::read_to_string(&file).unwrap(), with);
    assert!(run("uninstall-hack").starts_with("Removed it"));
    assert_eq!(fs::read_to_string(&file).unwrap(), usual);
    let kept = folder.path().join(".xscreensaver.before-woolgather");
    assert_eq!(fs::read_to_string(kept).unwrap(), usual);
}

/// XScreenSaver of an ordinary user, which refuses to start hacks as root.
struct Daemon {
    daemon: Ended,
    home: tempfile::TempDir,
    display: String,
}

impl Daemon {
    fn start(display: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let program = home.path().join("woolgather");
        fs::copy(env!("CARGO_BIN_EXE_woolgather"), &program).unwrap();
        let settings = format!(
            "mode: one\nselected: 0\nsplash: False\nfade: False\nunfade: False\nlock: False\ndpmsEnabled: False\n\
             programs: \"Woolgather\" {} --root \\n\\\n",
            program.display()
        );
        fs::write(home.path().join(".xscreensaver"), settings).unwrap();
        for path in [home.path().to_owned(), home.path().join(".xscreensaver")] {
            give_to_ordinary_user(&path);
        }
        let log = fs::File::create(home.path().join("log")).unwrap();
        let daemon = as_ordinary_user("xscreensaver")
            .args(["--verbose", "--no-splash"])
            .env("HOME", home.path())
            .env("DISPLAY", display)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_RUNTIME_DIR")
            .env_remove("WOOLGATHER_DATA")
            .current_dir(home.path())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            // So that its children can be told from other tests' ones.
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("xscreensaver: {error}; {INSTALL}"));
        let daemon = Self {
            daemon: Ended(daemon),
            home,
            display: display.to_owned(),
        };
        let start = Instant::now();
        while !daemon.command("-time") {
            assert!(
                start.elapsed() < Duration::from_secs(40),
                "{}",
                daemon.log()
            );
            sleep(Duration::from_millis(100));
        }
        daemon
    }

    /// Asks the daemon for something; whether it answered.
    fn command(&self, what: &str) -> bool {
        as_ordinary_user("xscreensaver-command")
            .arg(what)
            .env("HOME", self.home.path())
            .env("DISPLAY", &self.display)
            .output()
            .unwrap_or_else(|error| panic!("xscreensaver-command: {error}; {INSTALL}"))
            .status
            .success()
    }

    fn log(&self) -> String {
        let log = fs::read(self.home.path().join("log")).unwrap();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// `woolgather ARGS` as the daemon's user would start it.
    fn ours(&self, args: &[&str]) -> Command {
        let mut command = as_ordinary_user(&self.home.path().join("woolgather").to_string_lossy());
        command
            .args(args)
            .env("HOME", self.home.path())
            .env("DISPLAY", &self.display)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_RUNTIME_DIR")
            .env_remove("WOOLGATHER_DATA")
            .stdin(Stdio::null());
        command
    }

    /// Processes of the hack that run now.
    fn hacks(&self) -> Vec<u32> {
        let log = self.log();
        let pids = log
            .lines()
            .filter(|line| line.contains("/woolgather --root\" in pid "));
        let pids = pids.filter_map(|line| {
            let rest = line.split(" in pid ").nth(1)?;
            rest.split_whitespace().next()?.parse().ok()
        });
        pids.filter(|pid| {
            let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            // A process that has ended and that nobody has asked about is a zombie.
            !state.is_empty() && !state.contains(") Z ")
        })
        .collect()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.command("-exit");
        // What it has started goes with it.
        let mut kill = Command::new("pkill");
        if is_root() {
            kill.uid(NOBODY);
        }
        drop(kill.args(["-g", &self.daemon.0.id().to_string()]).status());
    }
}

#[test]
fn xscreensaver_shows_it_and_takes_it_away() {
    let screen = Screen::of_size(800, 600);
    let daemon = Daemon::start(screen.display());
    let asked = Instant::now();
    assert!(daemon.command("-activate"), "{}", daemon.log());
    wait_until("a picture", || lit(&screen.shot(), [0, 0, 800, 600]) > 0.2);
    let first = asked.elapsed();
    let before = screen.shot();
    sleep(Duration::from_secs(1));
    wait_until("another one", || screen.shot() != before);
    assert_eq!(daemon.hacks().len(), 1, "{}", daemon.log());

    // Any key is the daemon's, and means that somebody is back.
    screen.press("a");
    wait_until("it leaves", || daemon.hacks().is_empty());
    println!("first picture after {first:?}");
    let log = daemon.log();
    assert!(!log.contains("exited abnormally"), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn on_two_monitors_xscreensaver_shows_two() {
    let outer = Screen::of_size(1440, 700);
    let inner = format!(":{}", 200 + std::process::id() % 700);
    let _xephyr = Ended(
        Command::new("Xephyr")
            .args([&inner, "+xinerama", "-origin", "0,0", "-screen", "800x600"])
            .args(["-origin", "800,0", "-screen", "640x480", "-nolisten", "tcp"])
            .env("DISPLAY", outer.display())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("Xephyr: {error}; {INSTALL}")),
    );
    wait_until("Xephyr listens", || x11rb::connect(Some(&inner)).is_ok());
    let daemon = Daemon::start(&inner);
    let agent = daemon.ours(&["agent"]).stderr(Stdio::null()).spawn();
    let _agent = Ended(agent.unwrap());
    let status = || {
        let output = daemon.ours(&["status", "--json"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    wait_until("the agent answers", || {
        status().contains("\"running\":true")
    });
    assert!(daemon.command("-activate"), "{}", daemon.log());
    // The outer screen shows both, side by side, wherever it put the two windows.
    wait_until("two hacks", || daemon.hacks().len() == 2);
    let shot = || {
        let shot = Command::new("import")
            .args(["-window", "root", "png:-"])
            .env("DISPLAY", &inner)
            .output()
            .unwrap();
        image::load_from_memory(&shot.stdout).unwrap().into_rgb8()
    };
    let each = [[0, 0, 800, 600], [800, 0, 640, 480]];
    let start = Instant::now();
    loop {
        let shot = shot();
        let lit = each.map(|area| lit(&shot, area));
        if lit.iter().all(|&share| share > 0.1) {
            break;
        }
        let log = daemon.log();
        assert!(start.elapsed() < Duration::from_secs(40), "{lit:?} {log}");
        sleep(Duration::from_millis(100));
    }
    // Both tell the same agent what they show, and it opens no window of its own.
    wait_until("one agent knows both", || {
        status().matches("\"monitor\"").count() == 2
    });
    let said = status();
    assert!(
        said.contains("No saver: XScreenSaver is showing the flock."),
        "{said}"
    );
    assert!(daemon.command("-deactivate"));
    wait_until("they leave", || daemon.hacks().is_empty());
    wait_until("the agent knows that they left", || {
        !status().contains("\"monitor\"")
    });
}
