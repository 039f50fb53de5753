//! The environment variables a rule may read, as a value.
//!
//! The program passes [`Environment::of_this_process`]; a test passes the pairs its story needs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// Environment variables and the home folder, read once.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    home: Option<PathBuf>,
}

impl Environment {
    /// Reads the running process's variables and asks the system for the user's home folder
    /// (`HOME`, or the account's entry where that is not set).
    #[must_use]
    pub fn of_this_process() -> Self {
        Self {
            variables: std::env::vars_os().collect(),
            home: std::env::home_dir(),
        }
    }

    /// An environment of exactly these variables, with `home` as the home folder.
    #[must_use]
    pub fn from_pairs(home: Option<&str>, pairs: &[(&str, &str)]) -> Self {
        Self {
            variables: pairs
                .iter()
                .map(|(name, value)| (OsString::from(name), OsString::from(value)))
                .collect(),
            home: home.map(PathBuf::from),
        }
    }

    /// The variable's value; one that is set but empty counts as not set.
    pub(crate) fn get(&self, name: &str) -> Option<&OsString> {
        self.variables
            .get(&OsString::from(name))
            .filter(|value| !value.is_empty())
    }

    /// The variable's value as a path, when it is absolute.
    ///
    /// The XDG specification says that a relative path is invalid and must be ignored; a relative
    /// folder would also move with the working directory, which nobody wants of a cache.
    pub(crate) fn absolute_path(&self, name: &str) -> Option<PathBuf> {
        self.get(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    }

    /// The home folder, when it is an absolute path.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.home.clone().filter(|path| path.is_absolute())
    }

    /// Where programs keep on Windows what does not roam.
    pub(crate) fn local_app_data(&self) -> Option<PathBuf> {
        self.absolute_path("LOCALAPPDATA")
            .or_else(|| Some(self.home()?.join("AppData").join("Local")))
    }

    /// Is the session's desktop a Wayland compositor? Then an X display is only its XWayland.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_wayland(&self) -> bool {
        let session_type = self.get("XDG_SESSION_TYPE");
        self.get("WAYLAND_DISPLAY").is_some() || session_type.is_some_and(|kind| kind == "wayland")
    }
}
