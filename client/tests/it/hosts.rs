//! The program as a screensaver's hack: in a window of the test's, and under XScreenSaver itself.
//!
//! The machines that run this have no graphics card and much else to do, so times are generous. The installed package is
//! held to its own under the same hosts, and under MATE's: `xtask/e2e/tests/installed.rs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use woolgather_screens::{
    Ended, ForeignWindow, Person, Screen, TwoMonitors, XScreenSaver, give_to_ordinary_user, lit,
    motion,
};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// Waits until `is_so`, a generous while.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what}: never");
        sleep(Duration::from_millis(25));
    }
    start.elapsed()
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
    let host = ForeignWindow::open(screen.display(), (320, 240));
    let folder = tempfile::tempdir().unwrap();
    // The preview of xscreensaver-settings calls so, with the window of the saver in the environment.
    let arguments = ["--root", "--window-id", &host.id()].map(str::to_owned);
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

    host.resize((640, 480));
    wait_until("a picture of the new size", || {
        lit(&screen.shot(), [340, 260, 280, 200]) > 0.1
    });

    host.destroy();
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
    let host = ForeignWindow::open(screen.display(), (320, 240));
    let folder = tempfile::tempdir().unwrap();
    let mut command = hack(screen.display(), folder.path(), &["-root".to_owned()]);
    let mut hack = command
        .env("XSCREENSAVER_WINDOW", host.id())
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

/// XScreenSaver of an ordinary user, who has a copy of the program in their home folder.
struct Session {
    host: XScreenSaver,
    program: PathBuf,
}

impl Session {
    fn begin(display: &str) -> Self {
        let person = Person::at(display);
        let program = person.home().join("woolgather");
        fs::copy(env!("CARGO_BIN_EXE_woolgather"), &program).unwrap();
        give_to_ordinary_user(&program);
        let list = format!(
            "programs: \"Woolgather\" {} --root \\n\\\n",
            program.display()
        );
        person.write(".xscreensaver", &(XScreenSaver::settings(0) + &list));
        Self {
            host: XScreenSaver::start(person),
            program,
        }
    }

    fn hacks(&self) -> Vec<u32> {
        self.host.hacks(&self.program)
    }

    /// `woolgather ARGS` as the daemon's user would start it.
    fn ours(&self, args: &[&str]) -> Command {
        let program = self.program.to_string_lossy();
        let mut command = self.host.person().command(&program);
        command.args(args);
        command
    }
}

#[test]
fn xscreensaver_shows_it_and_takes_it_away() {
    let screen = Screen::of_size(800, 600);
    let session = Session::begin(screen.display());
    let host = &session.host;
    let asked = Instant::now();
    assert!(host.command("-activate"), "{}", host.log());
    let motion = motion(screen.display(), [0, 0, 800, 600], asked, PATIENCE);
    let motion = motion.unwrap_or_else(|| panic!("nothing moves: {}", host.log()));
    assert_eq!(session.hacks().len(), 1, "{}", host.log());
    let before = screen.shot();
    sleep(Duration::from_secs(1));
    assert!(screen.shot() != before, "it stands still: {}", host.log());

    // Any key is the daemon's, and means that somebody is back; it does not listen in the moment in which it comes on.
    screen.press("a");
    wait_until("it leaves", || session.hacks().is_empty());
    println!("{motion:?}");
    let log = host.log();
    assert!(!log.contains("exited abnormally"), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn on_two_monitors_xscreensaver_shows_two() {
    let monitors = TwoMonitors::start();
    let session = Session::begin(monitors.display());
    let agent = session.ours(&["agent"]).stderr(Stdio::null()).spawn();
    let _agent = Ended(agent.unwrap());
    let status = || {
        let output = session.ours(&["status", "--json"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    wait_until("the agent answers", || {
        status().contains("\"running\":true")
    });
    let asked = Instant::now();
    assert!(session.host.command("-activate"), "{}", session.host.log());
    wait_until("two hacks", || session.hacks().len() == 2);
    for area in TwoMonitors::EACH {
        let motion = motion(monitors.display(), area, asked, PATIENCE);
        assert!(motion.is_some(), "{area:?}: {}", session.host.log());
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
    assert!(session.host.command("-deactivate"));
    wait_until("they leave", || session.hacks().is_empty());
    wait_until("the agent knows that they left", || {
        !status().contains("\"monitor\"")
    });
}
