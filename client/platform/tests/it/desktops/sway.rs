//! sway, without a screen and without devices.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use woolgather_platform::Environment;

use super::Desktop;
use crate::machine::{Running, eventually, never_as_root, run, runtime_folder};

/// A running sway.
pub(crate) struct Sway {
    _compositor: Running,
    folder: TempDir,
    control: PathBuf,
}

impl Sway {
    pub(crate) fn start() -> Self {
        let folder = runtime_folder();
        let mut command = Command::new("sway");
        command
            .args(["-c", "/dev/null"])
            .env("XDG_RUNTIME_DIR", folder.path())
            .env("WLR_BACKENDS", "headless")
            .env("WLR_RENDERER", "pixman")
            .env("WLR_LIBINPUT_NO_DEVICES", "1")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
        never_as_root(&mut command, folder.path());
        let compositor = Running::start(&mut command);
        let control = eventually("sway", || {
            let names = std::fs::read_dir(folder.path()).expect("it is ours");
            let mut names = names.flatten().map(|entry| entry.path());
            names.find(|path| path.to_string_lossy().contains("sway-ipc"))
        });
        Self {
            _compositor: compositor,
            folder,
            control,
        }
    }

    /// Types a letter, which is a keyboard that comes and goes.
    pub(crate) fn type_letter(&self) {
        run(Command::new("wtype")
            .arg("a")
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env("WAYLAND_DISPLAY", "wayland-1"));
    }
}

impl Desktop for Sway {
    fn environment(&self) -> Environment {
        let folder = self.folder.path().to_str().expect("an ordinary name");
        Environment::from_pairs(
            None,
            &[
                ("XDG_RUNTIME_DIR", folder),
                ("WAYLAND_DISPLAY", "wayland-1"),
            ],
        )
    }

    fn touch(&self) {
        run(Command::new("swaymsg")
            .args(["seat", "-", "cursor", "move", "30", "5"])
            .env("SWAYSOCK", &self.control));
    }
}
