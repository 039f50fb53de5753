//! MATE's screensaver itself, as an ordinary user has it: a session bus, settings in dconf, and the daemon.

use std::path::Path;

use crate::host::Daemon;
use crate::person::Person;

/// The line that brings every program these tests start.
const INSTALL: &str = "apt-get install -y --no-install-recommends mate-screensaver dbus-daemon \
     dconf-gsettings-backend libglib2.0-bin procps";
/// Where its settings lie.
const SETTINGS: &str = "org.mate.screensaver";

/// A running daemon.
#[derive(Debug)]
pub struct MateScreensaver {
    // The daemon goes before its bus.
    daemon: Daemon,
    _bus: Daemon,
    person: Person,
}

impl MateScreensaver {
    /// Starts one that shows `theme`, which is the name of a file in `applications/screensavers` behind `screensavers-`.
    ///
    /// # Panics
    ///
    /// Where MATE's screensaver is missing or does not start.
    #[must_use]
    pub fn start(mut person: Person, theme: &str) -> Self {
        let address = format!("unix:path={}/bus", person.home().display());
        person.set("DBUS_SESSION_BUS_ADDRESS", &address);
        // Readers of the screen would be processes that outlive the test.
        person.set("NO_AT_BRIDGE", "1");
        let mut bus = person.command("dbus-daemon");
        bus.args(["--session", "--nofork"])
            .arg(format!("--address={address}"));
        let bus = Daemon::start(&person, bus, "bus.log", INSTALL);
        bus.wait_until(|| person.home().join("bus").exists());
        let themes = format!("['screensavers-{theme}']");
        for (key, value) in [
            ("mode", "single"),
            ("themes", themes.as_str()),
            ("lock-enabled", "false"),
            // It is activated when the test says so.
            ("idle-activation-enabled", "false"),
        ] {
            let mut set = person.command("gsettings");
            let set = set.args(["set", SETTINGS, key, value]).status();
            let set = set.unwrap_or_else(|error| panic!("gsettings: {error}; {INSTALL}"));
            assert!(set.success(), "{key} = {value}; {INSTALL}");
        }
        let mut command = person.command("mate-screensaver");
        command.args(["--no-daemon", "--debug"]);
        let daemon = Daemon::start(&person, command, "mate-screensaver.log", INSTALL);
        let host = Self {
            daemon,
            _bus: bus,
            person,
        };
        host.daemon
            .wait_until(|| host.command("-q").contains("inactive"));
        host
    }

    /// Asks the daemon for something; its answer.
    ///
    /// # Panics
    ///
    /// Where MATE's screensaver is missing.
    #[must_use]
    pub fn command(&self, what: &str) -> String {
        let mut command = self.person.command("mate-screensaver-command");
        let output = command.arg(what).output();
        let output =
            output.unwrap_or_else(|error| panic!("mate-screensaver-command: {error}; {INSTALL}"));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// All that the daemon and its hacks have said.
    #[must_use]
    pub fn log(&self) -> String {
        self.daemon.log()
    }

    /// The hacks that run now from the file `program`.
    #[must_use]
    pub fn hacks(&self, program: &Path) -> Vec<u32> {
        self.daemon.started(program)
    }
}
