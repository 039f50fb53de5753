//! Windows programs on screens that nobody sees, through wine: started, looked at, and asked what they left in the
//! registry.
//!
//! `cargo xtask test windows` builds the programs, makes the folder that wine takes for drive C, and names both in the
//! environment ([`PROGRAMS`], [`PREFIX`]); without them a test panics with that line. There is one such folder, so tests
//! take turns.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use image::RgbImage;
use woolgather_screens::{Ended, Screen};

/// Names the folder of the programs that were built for Windows.
pub const PROGRAMS: &str = "WOOLGATHER_WINDOWS_PROGRAMS";
/// Names the folder that wine keeps its drives and registry in.
pub const PREFIX: &str = "WOOLGATHER_WINE_PREFIX";

/// What Debian's wine does not have: .NET and a browser that it would offer to fetch, and a Direct3D 12 that can
/// translate shaders.
const WITHOUT: &str = "mscoree,mshtml,d3d12=";

/// A session of wine on a screen of its own.
#[derive(Debug)]
pub struct Session {
    prefix: PathBuf,
    screen: Screen,
    _turn: File,
}

impl Session {
    /// Waits for its turn and starts a screen of 1024x768 pixels.
    ///
    /// # Panics
    ///
    /// Without `cargo xtask test windows`, or where Xvfb is missing.
    #[must_use]
    pub fn start() -> Self {
        let prefix = folder(PREFIX);
        let turn = File::create(prefix.join("turn")).expect("the folder is ours");
        turn.lock().expect("files can be locked");
        let session = Self {
            prefix,
            screen: Screen::of_size(1024, 768),
            _turn: turn,
        };
        session.server("-p");
        // What serves all programs starts with the first one, and the desktop with the first that opens a window. Both
        // keep its outputs, so that must not be one that somebody listens to.
        let mut first = session.command(program("foreign-host.exe"));
        first.stdout(Stdio::null());
        let status = first.stderr(Stdio::null()).status();
        assert!(status.expect("wine is there").success());
        session
    }

    fn server(&self, argument: &str) {
        let mut command = Command::new("wineserver");
        command.arg(argument).env("WINEPREFIX", &self.prefix);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().expect("wine has a server");
    }

    /// The screen.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The command of a program: one of wine's by its name, a path, or a path of Windows.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("wine");
        command
            .arg(program)
            .env("DISPLAY", self.screen.display())
            .env("WINEPREFIX", &self.prefix)
            .env("WINEDEBUG", "-all")
            .env("WINEDLLOVERRIDES", WITHOUT)
            .stdin(Stdio::null());
        command
    }

    /// Runs a program to its end; returns whether it exited with 0, and what it printed on both outputs.
    ///
    /// # Panics
    ///
    /// Where wine is missing.
    pub fn run(&self, program: impl AsRef<OsStr>, arguments: &[&str]) -> (bool, String) {
        let output = self.command(program).args(arguments).output();
        let output = output.expect("wine is there");
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).replace('\r', "");
        (output.status.success(), text)
    }

    /// Starts a program that ends with the returned value.
    ///
    /// # Panics
    ///
    /// Where wine is missing.
    #[must_use]
    pub fn spawn(&self, mut command: Command) -> Ended {
        Ended(command.spawn().expect("wine is there"))
    }

    /// The processes of this session's Windows whose program is called so, by Linux' numbers, the oldest first; capitals
    /// and endings do not count.
    #[must_use]
    pub fn running(&self, name: &str) -> Vec<i32> {
        let prefix = format!("WINEPREFIX={}", self.prefix.display());
        let folders = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let is_ours = |folder: &Path| {
            let bytes = |file| std::fs::read(folder.join(file)).unwrap_or_default();
            let is_here = bytes("environ")
                .split(|&byte| byte == 0)
                .any(|variable| variable == prefix.as_bytes());
            let command = bytes("cmdline");
            let program = command.split(|&byte| byte == 0).next().unwrap_or_default();
            let program = String::from_utf8_lossy(program).to_lowercase();
            // What starts it is called wine, and holds the name behind its own.
            let file = program.rsplit(['\\', '/']).next().unwrap_or_default();
            is_here && file.starts_with(name)
        };
        let ours = folders.filter(|folder| is_ours(&folder.path()));
        let mut found: Vec<i32> = ours
            .filter_map(|folder| folder.file_name().to_str()?.parse().ok())
            .collect();
        found.sort_unstable();
        found
    }

    /// Ends the oldest process that is called so at once, as a crash would.
    ///
    /// # Panics
    ///
    /// Where there is none.
    pub fn kill(&self, name: &str) {
        let oldest = *self.running(name).first().expect("it runs");
        let oldest = rustix::process::Pid::from_raw(oldest).expect("a number");
        rustix::process::kill_process(oldest, rustix::process::Signal::KILL).ok();
    }

    /// The value of this name, as `(type, text)`; `None` where there is none.
    ///
    /// # Panics
    ///
    /// Where wine's `reg` prints something else than ever.
    #[must_use]
    pub fn registry(&self, key: &str, name: &str) -> Option<(String, String)> {
        let (found, text) = self.run("reg", &["query", key, "/v", name]);
        found.then(|| {
            let line = text.lines().find(|line| line.trim().starts_with(name));
            let rest = line.expect("the value").trim()[name.len()..].trim();
            let (kind, value) = rest.split_once("    ").expect("a type and a value");
            (kind.to_owned(), value.to_owned())
        })
    }

    /// Where a file of drive C lies.
    ///
    /// # Panics
    ///
    /// Where the path is not one of drive C.
    #[must_use]
    pub fn on_drive_c(&self, path: &str) -> PathBuf {
        let below = path.strip_prefix(r"C:\").expect("it is on drive C");
        self.prefix.join("drive_c").join(below.replace('\\', "/"))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Whatever a test left running goes, and the next one finds its registry on disk.
        self.server("-k");
        self.server("-w");
    }
}

/// A program that was built for Windows.
///
/// # Panics
///
/// Without `cargo xtask test windows`.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let path = folder(PROGRAMS).join(name);
    assert!(path.is_file(), "{} was not built", path.display());
    path
}

fn folder(variable: &str) -> PathBuf {
    let folder = std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set; run `cargo xtask test windows`"));
    Path::new(&folder).to_owned()
}

/// Whether there is a picture: more colours than a window has that nobody draws in.
#[must_use]
pub fn is_lit(picture: &RgbImage) -> bool {
    let colors: std::collections::BTreeSet<_> = picture.pixels().map(|pixel| pixel.0).collect();
    colors.len() > 500
}

/// The share of pixels that are others in two pictures of one size, 0 to 1.
///
/// # Panics
///
/// Where the sizes differ.
#[must_use]
pub fn difference(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let pixels = one.pixels().zip(other.pixels());
    let others = pixels.filter(|(one, other)| one != other).count();
    others as f64 / f64::from(one.width() * one.height())
}
