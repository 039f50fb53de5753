//! A Wayland desktop without a screen: sway with outputs in memory.

use std::ffi::OsString;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use image::RgbImage;

use crate::{as_ordinary_user, give_to_ordinary_user};

/// The line that brings every program these tests start.
const INSTALL: &str = "apt-get install -y --no-install-recommends sway grim wtype";

/// A running sway with a folder of its own.
#[derive(Debug)]
pub struct Desktop {
    compositor: Child,
    folder: tempfile::TempDir,
    socket: OsString,
}

impl Desktop {
    /// Starts one with an output of each size, side by side.
    ///
    /// # Panics
    ///
    /// Where sway is missing or does not start.
    #[must_use]
    pub fn start(outputs: &[(u32, u32)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut left = 0;
        let mut config = String::from("default_border none\nxwayland disable\n");
        for (number, (width, height)) in (1..).zip(outputs) {
            config += &format!(
                "output HEADLESS-{number} resolution {width}x{height} position {left},0\n"
            );
            left += width;
        }
        let file = folder.path().join("config");
        fs::write(&file, config).expect("the configuration is written");
        give_to_ordinary_user(folder.path());
        // It refuses to be root.
        let mut command = as_ordinary_user("sway");
        let compositor = command
            .arg("--config")
            .arg(&file)
            .env("XDG_RUNTIME_DIR", folder.path())
            .env("HOME", folder.path())
            .env("WLR_BACKENDS", "headless")
            .env("WLR_HEADLESS_OUTPUTS", outputs.len().to_string())
            .env("WLR_LIBINPUT_NO_DEVICES", "1")
            .env("WLR_RENDERER", "pixman")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("sway: {error}; {INSTALL}"));
        let mut desktop = Self {
            compositor,
            folder,
            socket: OsString::new(),
        };
        desktop.socket = desktop.wait_for_socket();
        desktop
    }

    /// What a program needs to find it.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, OsString); 2] {
        [
            ("XDG_RUNTIME_DIR", self.folder.path().into()),
            ("WAYLAND_DISPLAY", self.socket.clone()),
        ]
    }

    /// Presses and releases a key, by its XKB name.
    ///
    /// # Panics
    ///
    /// Where wtype is missing or fails.
    pub fn press(&self, key: &str) {
        self.run("wtype", &["-k", key]);
    }

    /// What an output shows, counted from 0.
    ///
    /// # Panics
    ///
    /// Where grim is missing or fails.
    #[must_use]
    pub fn screenshot(&self, output: usize) -> RgbImage {
        let file = self.folder.path().join("shot.png");
        let name = format!("HEADLESS-{}", output + 1);
        self.run("grim", &["-o", &name, &file.to_string_lossy()]);
        image::open(&file).expect("grim writes PNG").into_rgb8()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let status = Command::new(program)
            .args(arguments)
            .envs(self.environment())
            .status()
            .unwrap_or_else(|error| panic!("{program}: {error}; {INSTALL}"));
        assert!(status.success(), "{program} {arguments:?}");
    }

    fn wait_for_socket(&mut self) -> OsString {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let files = fs::read_dir(self.folder.path()).expect("it is there");
            let mut names = files.flatten().map(|file| file.file_name());
            let is_socket = |name: &OsString| {
                let name = name.to_string_lossy();
                name.starts_with("wayland-") && !name.ends_with(".lock")
            };
            if let Some(name) = names.find(is_socket) {
                return name;
            }
            let ended = self.compositor.try_wait().expect("it can be asked");
            assert_eq!(ended, None, "sway ended before it had a socket");
            assert!(Instant::now() < until, "sway makes no socket");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing left to do.
        drop(self.compositor.kill());
        drop(self.compositor.wait());
    }
}
