//! Where a volunteer's files live: data, settings and cache.
//!
//! | system | data | config | cache |
//! |---|---|---|---|
//! | Linux, BSD | `$XDG_DATA_HOME/woolgather` | `$XDG_CONFIG_HOME/woolgather` | `$XDG_CACHE_HOME/woolgather` |
//! | … without XDG variables | `~/.local/share/woolgather` | `~/.config/woolgather` | `~/.cache/woolgather` |
//! | macOS | `~/Library/Application Support/woolgather` | the same, `/config` | `~/Library/Caches/woolgather` |
//! | Windows | `%LOCALAPPDATA%\woolgather\data` | `%APPDATA%\woolgather\config` | `%LOCALAPPDATA%\woolgather\cache` |
//!
//! The fall back matters: several screensaver daemons start their programs with nothing but
//! `HOME`. A folder given by the caller beats them all and holds the three side by side, which is
//! how tests, the demo and a second identity on one machine stay apart.
//!
//! Nothing here creates a folder; the code that first writes into one does.
//!
//! # Source
//!
//! XDG Base Directory Specification 0.8.

use std::path::{Path, PathBuf};

use crate::Environment;

const NAME: &str = "woolgather";

/// The three folders of one volunteer, as absolute paths unless the caller gave a relative one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// What must not be lost: the device key, the clips, the manifest.
    pub data: PathBuf,
    /// What the person chose: settings.
    pub config: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
}

/// The system names no home folder, so there is nowhere to keep anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no home folder is set: set HOME (on Windows LOCALAPPDATA), or name a folder explicitly")]
pub struct NoHome;

impl Folders {
    /// This user's folders, or those under `explicit` when it is given.
    ///
    /// # Errors
    ///
    /// [`NoHome`] when no folder was given and the system names none; the person can set `HOME`
    /// or name a folder.
    pub fn of_this_user(explicit: Option<&Path>) -> Result<Self, NoHome> {
        match explicit {
            Some(root) => Ok(Self::under(root)),
            None => Self::from_environment(&Environment::of_this_process()),
        }
    }

    /// The three folders side by side under `root`.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        Self {
            data: root.join("data"),
            config: root.join("config"),
            cache: root.join("cache"),
        }
    }

    /// The folders that `environment` implies on the system this was built for.
    ///
    /// # Errors
    ///
    /// [`NoHome`] when it names no home folder.
    pub fn from_environment(environment: &Environment) -> Result<Self, NoHome> {
        if cfg!(windows) {
            windows(environment)
        } else if cfg!(target_os = "macos") {
            macos(environment)
        } else {
            xdg(environment)
        }
        .ok_or(NoHome)
    }
}

fn xdg(environment: &Environment) -> Option<Folders> {
    let folder = |variable: &str, below_home: &str| {
        environment
            .absolute_path(variable)
            .or_else(|| Some(environment.home()?.join(below_home)))
            .map(|base| base.join(NAME))
    };
    Some(Folders {
        data: folder("XDG_DATA_HOME", ".local/share")?,
        config: folder("XDG_CONFIG_HOME", ".config")?,
        cache: folder("XDG_CACHE_HOME", ".cache")?,
    })
}

fn macos(environment: &Environment) -> Option<Folders> {
    let library = environment.home()?.join("Library");
    let support = library.join("Application Support").join(NAME);
    Some(Folders {
        config: support.join("config"),
        data: support,
        cache: library.join("Caches").join(NAME),
    })
}

fn windows(environment: &Environment) -> Option<Folders> {
    let local = environment.local_app_data()?.join(NAME);
    let roaming = environment
        .absolute_path("APPDATA")
        .or_else(|| Some(environment.home()?.join("AppData").join("Roaming")))?
        .join(NAME);
    Some(Folders {
        data: local.join("data"),
        config: roaming.join("config"),
        cache: local.join("cache"),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn folders(data: &str, config: &str, cache: &str) -> Folders {
        Folders {
            data: data.into(),
            config: config.into(),
            cache: cache.into(),
        }
    }

    #[test]
    fn with_nothing_but_home_the_usual_folders_below_it_are_used() {
        let environment = Environment::from_pairs(Some("/home/ada"), &[]);
        assert_eq!(
            xdg(&environment),
            Some(folders(
                "/home/ada/.local/share/woolgather",
                "/home/ada/.config/woolgather",
                "/home/ada/.cache/woolgather",
            ))
        );
    }

    #[test]
    fn each_xdg_variable_moves_its_own_folder_and_no_other() {
        let environment =
            Environment::from_pairs(Some("/home/ada"), &[("XDG_CACHE_HOME", "/var/tmp/ada")]);
        assert_eq!(
            xdg(&environment),
            Some(folders(
                "/home/ada/.local/share/woolgather",
                "/home/ada/.config/woolgather",
                "/var/tmp/ada/woolgather",
            ))
        );
    }

    #[test]
    fn an_empty_or_relative_xdg_variable_is_ignored() {
        let environment = Environment::from_pairs(
            Some("/home/ada"),
            &[("XDG_DATA_HOME", ""), ("XDG_CONFIG_HOME", "settings")],
        );
        assert_eq!(
            xdg(&environment),
            xdg(&Environment::from_pairs(Some("/home/ada"), &[]))
        );
    }

    #[test]
    fn without_any_home_the_xdg_variables_alone_are_enough() {
        let pairs = [
            ("XDG_DATA_HOME", "/a"),
            ("XDG_CONFIG_HOME", "/b"),
            ("XDG_CACHE_HOME", "/c"),
        ];
        let environment = Environment::from_pairs(None, &pairs);
        assert_eq!(
            xdg(&environment),
            Some(folders("/a/woolgather", "/b/woolgather", "/c/woolgather"))
        );
    }

    #[test]
    fn without_any_home_there_is_an_error_that_says_what_to_do() {
        let error = Folders::from_environment(&Environment::default()).unwrap_err();
        assert!(error.to_string().contains("set HOME"));
    }

    #[test]
    fn an_explicit_folder_holds_all_three() {
        assert_eq!(
            Folders::of_this_user(Some(Path::new("/srv/second"))),
            Ok(folders(
                "/srv/second/data",
                "/srv/second/config",
                "/srv/second/cache"
            ))
        );
    }

    #[test]
    fn on_macos_settings_stay_inside_application_support() {
        let environment = Environment::from_pairs(Some("/Users/ada"), &[]);
        assert_eq!(
            macos(&environment),
            Some(folders(
                "/Users/ada/Library/Application Support/woolgather",
                "/Users/ada/Library/Application Support/woolgather/config",
                "/Users/ada/Library/Caches/woolgather",
            ))
        );
    }

    #[test]
    fn on_windows_settings_roam_and_clips_do_not() {
        let environment = Environment::from_pairs(
            None,
            &[("LOCALAPPDATA", "/c/local"), ("APPDATA", "/c/roaming")],
        );
        assert_eq!(
            windows(&environment),
            Some(folders(
                "/c/local/woolgather/data",
                "/c/roaming/woolgather/config",
                "/c/local/woolgather/cache",
            ))
        );
    }
}
