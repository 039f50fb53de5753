//! Programs that run for the length of a test, and waiting for what they do.

use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The line that brings every program these tests start.
pub(crate) const INSTALL: &str = "apt-get install -y --no-install-recommends dbus-daemon mutter";

/// A program that ends with the test.
pub(crate) struct Running(Child);

impl Running {
    /// Starts it, or fails with the line that installs it.
    pub(crate) fn start(command: &mut Command) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}; {INSTALL}"));
        Self(child)
    }

    /// Starts one that says something on its first line, such as where to reach it.
    pub(crate) fn start_and_hear(command: &mut Command) -> (Self, String) {
        let mut running = Self::start(command.stdout(Stdio::piped()));
        let mut line = String::new();
        let output = running.0.stdout.take().expect("it was asked for");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("a line of text");
        (running, line.trim().to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing left to do.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Runs a helper program to its end; it must succeed.
pub(crate) fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; {INSTALL}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
}

/// A folder as `XDG_RUNTIME_DIR` has to be: the user's own, closed to others.
pub(crate) fn runtime_folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("wg-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir()
        .expect("a folder in the temporary folder")
}

/// Asks again until there is an answer; a slow machine gets half a minute.
pub(crate) fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "no {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
