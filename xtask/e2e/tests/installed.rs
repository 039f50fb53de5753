//! The installed package under real hosts of savers, as an ordinary user: XScreenSaver with one monitor and with two, its
//! preview, and MATE's screensaver; and on a full disk, which takes root to mount.
//!
//! `cargo xtask test --package` installs the package, runs this, and takes the package away again.
//!
//! # Times
//!
//! A machine that tests has no graphics card and other things to do. The first moving picture is therefore wanted within
//! its bound in the best of a few activations, all of which are printed. Whatever else is asked is asked of every one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::ensure;
use woolgather_e2e::PATIENCE;
use woolgather_screens::{
    Area, Ended, ForeignWindow, MateScreensaver, Motion, Person, Screen, TwoMonitors, XScreenSaver,
    lit, motion, shot_of,
};
use woolgather_showroom::films::{Films, Look};
use woolgather_showroom::watch::Player;

/// What the package installs, and what hosts call.
const PROGRAM: &str = "/usr/bin/woolgather";
const HACK: &str = "/usr/libexec/xscreensaver/woolgather";
/// From activation to a picture that moves.
const MOVING_MAX: Duration = Duration::from_secs(2);
/// Activations of which the best has to be within [`MOVING_MAX`].
const ACTIVATIONS_MAX: usize = 5;
/// From SIGTERM to the end of the process.
const GONE_MAX: Duration = Duration::from_millis(200);
/// All of a usual screen of these tests.
const SCREEN: Area = [0, 0, 800, 600];
/// The person's list before ours is in it.
const LIST: &str = "programs:\t\t\t\t\\\n  \"Maze\"\tmaze --root\t\t\\n\\\n\n";

/// Waits until `is_so` and says how long that took.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what}: never");
        sleep(Duration::from_millis(5));
    }
    start.elapsed()
}

/// What a person's command prints; it succeeds.
#[track_caller]
fn said(command: &mut Command) -> String {
    let output = command.output().expect("it is installed");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// XScreenSaver of a person who has chosen our hack in a list that had another one before.
fn xscreensaver(display: &str) -> (XScreenSaver, String) {
    let person = Person::at(display);
    let before = XScreenSaver::settings(1) + LIST;
    person.write(".xscreensaver", &before);
    let added = said(person.command(PROGRAM).arg("install-hack"));
    assert!(added.contains("Added \"woolgather --root\""), "{added}");
    (XScreenSaver::start(person), before)
}

/// The hacks that the host runs are the installed program.
fn program() -> PathBuf {
    let hack =
        fs::canonicalize(HACK).expect("the package is installed: cargo xtask test --package");
    assert_eq!(hack, Path::new(PROGRAM));
    hack
}

/// How long it takes from SIGTERM until the process is gone.
fn terminate(pid: u32) -> Duration {
    let signalled = Instant::now();
    let kill = Command::new("kill").arg(pid.to_string()).status();
    assert!(kill.expect("kill is there").success());
    wait_until("it ends", || {
        fs::read_link(format!("/proc/{pid}/exe")).is_err()
    });
    signalled.elapsed()
}

/// A host of savers, as far as these tests are concerned.
trait Host {
    fn activate(&self);
    fn deactivate(&self);
    fn hacks(&self) -> Vec<u32>;
    fn log(&self) -> String;
}

impl Host for XScreenSaver {
    fn activate(&self) {
        assert!(self.command("-activate"), "{}", self.log());
    }

    fn deactivate(&self) {
        assert!(self.command("-deactivate"), "{}", self.log());
    }

    fn hacks(&self) -> Vec<u32> {
        Self::hacks(self, &program())
    }

    fn log(&self) -> String {
        Self::log(self)
    }
}

impl Host for MateScreensaver {
    fn activate(&self) {
        drop(self.command("-a"));
    }

    fn deactivate(&self) {
        drop(self.command("-d"));
    }

    fn hacks(&self) -> Vec<u32> {
        Self::hacks(self, &program())
    }

    fn log(&self) -> String {
        Self::log(self)
    }
}

/// Activates `host` until a picture has moved soon enough, deactivating it each time; at least twice, so that the first
/// time with nothing compiled is one of them.
fn come_and_go(host: &impl Host, name: &str, screen: &Screen) {
    let mut motions = Vec::new();
    let mut gone = Vec::new();
    let soon = |motion: &Motion| motion.moved <= MOVING_MAX;
    while motions.len() < 2 || (motions.len() < ACTIVATIONS_MAX && !motions.iter().any(soon)) {
        let asked = Instant::now();
        host.activate();
        let motion = motion(screen.display(), SCREEN, asked, PATIENCE);
        motions.push(motion.unwrap_or_else(|| panic!("nothing moves: {}", host.log())));
        let before = screen.shot();
        sleep(Duration::from_secs(1));
        let after = screen.shot();
        assert!(lit(&before, SCREEN) > 0.1 && lit(&after, SCREEN) > 0.1);
        assert!(before != after, "it stands still: {}", host.log());
        assert_eq!(host.hacks().len(), 1, "{}", host.log());
        keep(name, &after);

        host.deactivate();
        gone.push(wait_until("it leaves", || host.hacks().is_empty()));
        wait_until("the screen is black", || lit(&screen.shot(), SCREEN) < 0.01);
    }
    host.activate();
    wait_until("it is there", || host.hacks().len() == 1);
    let term = terminate(host.hacks()[0]);
    let milliseconds = |times: &[Duration]| {
        let times: Vec<_> = times.iter().map(Duration::as_millis).collect();
        format!("{times:?} ms")
    };
    let moved: Vec<_> = motions.iter().map(|motion| motion.moved).collect();
    let first: Vec<_> = motions.iter().map(|motion| motion.first).collect();
    println!(
        "{name}: first picture {}, first moving picture {} after activation, of which the best counts; gone {} after the \
         host was told, {term:?} after SIGTERM",
        milliseconds(&first),
        milliseconds(&moved),
        milliseconds(&gone),
    );
    assert!(motions.iter().any(soon), "{motions:?}");
    assert!(gone.iter().all(|gone| *gone <= GONE_MAX), "{gone:?}");
    assert!(term <= GONE_MAX, "{term:?}");
    let log = host.log();
    assert!(!log.contains("panicked"), "{log}");
}

/// Keeps a picture for whoever wants to look, where they have named a folder.
fn keep(name: &str, shot: &image::RgbImage) {
    if let Some(folder) = std::env::var_os("WOOLGATHER_SHOTS") {
        let file = Path::new(&folder).join(format!("{name}.png"));
        shot.save(file).expect("the folder is there");
    }
}

#[test]
fn xscreensaver_shows_the_installed_hack_and_its_list_is_given_back() {
    let screen = Screen::start();
    let (host, before) = xscreensaver(screen.display());
    come_and_go(&host, "xscreensaver", &screen);
    let person = host.person();
    said(person.command(PROGRAM).arg("uninstall-hack"));
    let after = fs::read_to_string(person.home().join(".xscreensaver")).unwrap();
    assert_eq!(after, before);
}

#[test]
fn on_two_monitors_there_are_two_hacks_and_one_agent() {
    let monitors = TwoMonitors::start();
    let (host, _) = xscreensaver(monitors.display());
    let person = host.person();
    let agent = || {
        let mut agent = person.command(PROGRAM);
        agent.arg("agent").stderr(Stdio::null());
        agent
    };
    let _agent = Ended(agent().spawn().unwrap());
    let status = || said(person.command(PROGRAM).args(["status", "--json"]));
    wait_until("the agent answers", || {
        status().contains("\"running\":true")
    });
    let second = agent().output().unwrap();
    assert!(!second.status.success(), "one agent is enough");

    let asked = Instant::now();
    host.activate();
    for area in TwoMonitors::EACH {
        let motion = motion(monitors.display(), area, asked, PATIENCE);
        assert!(motion.is_some(), "{area:?}: {}", Host::log(&host));
    }
    assert_eq!(Host::hacks(&host).len(), 2);
    wait_until("one agent knows both", || {
        status().matches("\"monitor\"").count() == 2
    });
    keep("xscreensaver-two-monitors", &shot_of(monitors.display()));
    host.deactivate();
    let gone = wait_until("they leave", || Host::hacks(&host).is_empty());
    println!("two monitors: both gone {gone:?} after the host was told");
    assert!(gone <= GONE_MAX, "{gone:?}");
}

#[test]
fn a_preview_follows_its_window_and_ends_with_it() {
    let screen = Screen::start();
    let person = Person::at(screen.display());
    let window = ForeignWindow::within_another(screen.display(), (300, 200));
    let preview = person
        .command(HACK)
        .args(["--root", "--window-id", &window.id()])
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut preview = preview.unwrap();
    let small = [0, 0, 300, 200];
    let moves = motion(screen.display(), small, Instant::now(), PATIENCE);
    assert!(moves.is_some(), "nothing moves");
    assert!(
        lit(&screen.shot(), [310, 0, 280, 390]) == 0.0,
        "it stays in its window"
    );
    window.resize((500, 350));
    let larger = [310, 210, 180, 130];
    let moves = motion(screen.display(), larger, Instant::now(), PATIENCE);
    assert!(moves.is_some(), "it does not follow");
    keep("preview", &screen.shot());
    window.destroy();
    let gone = wait_until("its end", || preview.try_wait().unwrap().is_some());
    let output = preview.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    println!("preview: over {gone:?} after its window");
}

#[test]
fn mates_screensaver_shows_the_installed_hack() {
    let screen = Screen::start();
    let host = MateScreensaver::start(Person::at(screen.display()), "woolgather");
    come_and_go(&host, "mate-screensaver", &screen);
}

#[test]
fn on_a_full_disk_the_film_goes_on() -> anyhow::Result<()> {
    let genomes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../genome/starter");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("films");
    let films = Films::make(Path::new(PROGRAM), &genomes, &folder, Look::SMALL)?;
    let folder = tempfile::tempdir()?;
    let disk = Disk::of_mb(folder.path(), 8)?;
    let data = folder.path().join("data");
    films.stock(&data, "http://127.0.0.1:9/")?;
    let mut player = Player::start(Path::new(PROGRAM), &data, (640, 360), &["--rng-seed", "3"])?;
    player.wait_for_motion(Duration::from_secs(30))?;
    disk.fill()?;
    player.screen.focus("Woolgather");
    player.screen.press("Up");
    player.screen.press("Down");
    player.must_go_on(Duration::from_secs(8))
}

/// A small disk, mounted at a folder.
struct Disk(PathBuf);

impl Disk {
    fn of_mb(folder: &Path, mb: u32) -> anyhow::Result<Self> {
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mb}m"), "woolgather"])
            .arg(folder)
            .status()?;
        ensure!(status.success(), "no disk could be mounted");
        Ok(Self(folder.to_owned()))
    }

    /// Leaves no room for a single byte.
    fn fill(&self) -> anyhow::Result<()> {
        use std::io::Write as _;
        let mut file = fs::File::create(self.0.join("ballast"))?;
        for size in [65536, 512, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
        let probe = fs::write(self.0.join("probe"), [1; 4096]);
        ensure!(probe.is_err(), "the disk still takes something");
        Ok(())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The player has ended by now.
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}
