//! Somebody with a home folder of their own in front of an X display.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{as_ordinary_user, give_to_ordinary_user};

/// What would lead programs to folders and desktops that are not this person's.
const STRANGE: [&str; 8] = [
    "DBUS_SESSION_BUS_ADDRESS",
    "WAYLAND_DISPLAY",
    "WOOLGATHER_CONFIG",
    "WOOLGATHER_DATA",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XSCREENSAVER_WINDOW",
];

/// An ordinary user, for as long as their home folder is there.
#[derive(Debug)]
pub struct Person {
    home: tempfile::TempDir,
    environment: Vec<(&'static str, OsString)>,
}

impl Person {
    /// In front of this display, with an empty home folder.
    ///
    /// # Panics
    ///
    /// Where there is no temporary folder.
    #[must_use]
    pub fn at(display: &str) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        give_to_ordinary_user(home.path());
        let environment = vec![
            ("DISPLAY", display.into()),
            ("HOME", home.path().into()),
            // Drivers keep what they have compiled in the home folder of the account, and `nobody` has none.
            ("XDG_CACHE_HOME", home.path().join(".cache").into()),
        ];
        Self { home, environment }
    }

    /// Their home folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The display in front of them.
    ///
    /// # Panics
    ///
    /// Never: display names are text.
    #[must_use]
    pub fn display(&self) -> &str {
        let display = self.environment[0].1.to_str();
        display.expect("a display's name is text")
    }

    /// Gives the programs that they start from now on one more variable.
    pub fn set(&mut self, name: &'static str, value: impl Into<OsString>) {
        self.environment.push((name, value.into()));
    }

    /// Writes a file of theirs.
    ///
    /// # Panics
    ///
    /// Where it cannot be written.
    pub fn write(&self, name: &str, content: &str) {
        let file = self.home().join(name);
        std::fs::write(&file, content).expect("a file in the home folder");
        give_to_ordinary_user(&file);
    }

    /// The command of a program that they start in their home folder.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = as_ordinary_user(program);
        for name in STRANGE {
            command.env_remove(name);
        }
        command
            .envs(self.environment.iter().cloned())
            .current_dir(self.home())
            .stdin(Stdio::null());
        command
    }
}
