//! XScreenSaver itself, as an ordinary user has it.

use std::path::Path;

use crate::host::Daemon;
use crate::person::Person;

/// The line that brings every program these tests start.
const INSTALL: &str =
    "apt-get install -y --no-install-recommends xscreensaver xscreensaver-gl procps";

/// A running daemon. It refuses to start hacks as root, so it is an ordinary user's.
#[derive(Debug)]
pub struct XScreenSaver {
    daemon: Daemon,
    person: Person,
}

impl XScreenSaver {
    /// Settings that show the hack at this place of `programs`, counted from 0, without fading or locking; the list
    /// follows them.
    #[must_use]
    pub fn settings(selected: u32) -> String {
        format!(
            "mode: one\nselected: {selected}\nsplash: False\nfade: False\nunfade: False\nlock: False\n\
             dpmsEnabled: False\n"
        )
    }

    /// Starts the daemon of a person who has a file `.xscreensaver`.
    ///
    /// # Panics
    ///
    /// Where XScreenSaver is missing or does not start.
    #[must_use]
    pub fn start(person: Person) -> Self {
        let mut command = person.command("xscreensaver");
        command.args(["--verbose", "--no-splash"]);
        let daemon = Daemon::start(&person, command, "xscreensaver.log", INSTALL);
        let host = Self { daemon, person };
        host.daemon.wait_until(|| host.command("-time"));
        host
    }

    /// Asks the daemon for something; whether it answered.
    ///
    /// # Panics
    ///
    /// Where XScreenSaver is missing.
    pub fn command(&self, what: &str) -> bool {
        let mut command = self.person.command("xscreensaver-command");
        let output = command.arg(what).output();
        let output =
            output.unwrap_or_else(|error| panic!("xscreensaver-command: {error}; {INSTALL}"));
        output.status.success()
    }

    /// All that the daemon and its hacks have said.
    #[must_use]
    pub fn log(&self) -> String {
        self.daemon.log()
    }

    /// Whose daemon it is.
    #[must_use]
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// The hacks that run now from the file `program`.
    #[must_use]
    pub fn hacks(&self, program: &Path) -> Vec<u32> {
        self.daemon.started(program)
    }
}

impl Drop for XScreenSaver {
    fn drop(&mut self) {
        self.command("-exit");
    }
}
