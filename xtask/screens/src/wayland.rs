//! A Wayland desktop without a screen: sway with outputs in memory.

use std::ffi::OsString;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use image::RgbImage;

use crate::mouse::Mouse;
use crate::{as_ordinary_user, give_to_ordinary_user};

/// The line that brings every program these tests start.
const INSTALL: &str = "apt-get install -y --no-install-recommends sway grim wtype";

/// The colour of a desktop's bars.
pub const BAR: [u8; 3] = [255, 0, 255];

/// A running sway with a folder of its own.
#[derive(Debug)]
pub struct Desktop {
    compositor: Child,
    folder: tempfile::TempDir,
    socket: OsString,
    /// What its outputs' names begin with.
    output_prefix: &'static str,
    /// The desktop whose windows its outputs are.
    outer: Option<Box<Desktop>>,
}

impl Desktop {
    /// Starts one with an output of each size, side by side.
    ///
    /// # Panics
    ///
    /// Where sway is missing or does not start.
    #[must_use]
    pub fn start(outputs: &[(u32, u32)]) -> Self {
        Self::configured(outputs, "")
    }

    /// The same with a bar in [`BAR`]'s colour at the top of each output.
    ///
    /// # Panics
    ///
    /// Where sway is missing or does not start.
    #[must_use]
    pub fn with_bars(outputs: &[(u32, u32)]) -> Self {
        let [red, green, blue] = BAR;
        let colour = format!("#{red:02x}{green:02x}{blue:02x}");
        let bar = format!(
            "bar {{\nposition top\nheight 24\nfont monospace 8\nworkspace_buttons no\n\
             colors {{\nbackground {colour}\nfocused_background {colour}\n}}\n}}\n"
        );
        Self::configured(outputs, &bar)
    }

    /// Starts one whose so many outputs, 640x480 each, are windows of another one, which [`unplug`](Self::unplug),
    /// [`plug_in`](Self::plug_in) and [`set_awake`](Self::set_awake) need: outputs in memory cannot be switched off.
    ///
    /// # Panics
    ///
    /// Where sway is missing or does not start.
    #[must_use]
    pub fn with_plugs(outputs: u32) -> Self {
        let outer = Self::start(&[(640 * outputs, 480)]);
        let socket = outer.folder.path().join(&outer.socket);
        let environment = [
            ("WLR_BACKENDS", "wayland".into()),
            ("WLR_WL_OUTPUTS", outputs.to_string().into()),
            ("WAYLAND_DISPLAY", socket.into_os_string()),
        ];
        let mut desktop = Self::run_sway("", &environment);
        desktop.output_prefix = "WL";
        desktop.outer = Some(Box::new(outer));
        desktop
    }

    fn configured(outputs: &[(u32, u32)], more: &str) -> Self {
        let mut left = 0;
        let mut config = String::new();
        for (number, (width, height)) in (1..).zip(outputs) {
            config += &format!(
                "output HEADLESS-{number} resolution {width}x{height} position {left},0\n"
            );
            left += width;
        }
        config += more;
        let environment = [
            ("WLR_BACKENDS", "headless".into()),
            ("WLR_HEADLESS_OUTPUTS", outputs.len().to_string().into()),
        ];
        Self::run_sway(&config, &environment)
    }

    fn run_sway(config: &str, environment: &[(&str, OsString)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("config");
        let config = format!("default_border none\nxwayland disable\n{config}");
        fs::write(&file, config).expect("the configuration is written");
        give_to_ordinary_user(folder.path());
        // It refuses to be root.
        let mut command = as_ordinary_user("sway");
        let compositor = command
            .arg("--config")
            .arg(&file)
            .env("XDG_RUNTIME_DIR", folder.path())
            .env("HOME", folder.path())
            .env("WLR_LIBINPUT_NO_DEVICES", "1")
            .env("WLR_RENDERER", "pixman")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DISPLAY")
            .envs(environment.iter().cloned())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("sway: {error}; {INSTALL}"));
        let mut desktop = Self {
            compositor,
            folder,
            socket: OsString::new(),
            output_prefix: "HEADLESS",
            outer: None,
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
        // The keyboard is there for this key only, so windows get time to hear of it first.
        self.run("wtype", &["-s", "300", "-k", key, "-s", "100"]);
    }

    /// Plugs a mouse in.
    ///
    /// # Panics
    ///
    /// Where sway knows no virtual pointers.
    #[must_use]
    pub fn mouse(&self) -> Mouse {
        Mouse::plug_in(&self.folder.path().join(&self.socket))
    }

    /// Draws everything on an output, counted from 0, this much larger.
    ///
    /// # Panics
    ///
    /// Where swaymsg is missing or fails.
    pub fn set_scale(&self, output: usize, scale: f64) {
        let (name, scale) = (self.output_name(output), scale.to_string());
        self.tell_sway(&["output", &name, "scale", &scale]);
    }

    /// Pulls the plug of an output, counted from 0, on a desktop [`with_plugs`](Self::with_plugs).
    ///
    /// # Panics
    ///
    /// Where swaymsg is missing or fails.
    pub fn unplug(&self, output: usize) {
        self.tell_outer(output, &["kill"]);
    }

    /// Plugs another output in, which has the next number that none had, on a desktop [`with_plugs`](Self::with_plugs).
    ///
    /// # Panics
    ///
    /// Where swaymsg is missing or fails.
    pub fn plug_in(&self) {
        self.tell_sway(&["create_output"]);
    }

    /// Sends an output to sleep, counted from 0, or wakes it, on a desktop [`with_plugs`](Self::with_plugs). It stays
    /// an output, and wants no pictures.
    ///
    /// # Panics
    ///
    /// Where swaymsg is missing or fails.
    pub fn set_awake(&self, output: usize, awake: bool) {
        let workspace = if awake { "1" } else { "9" };
        self.tell_outer(output, &["move", "container", "to", "workspace", workspace]);
    }

    /// Ends the compositor.
    pub fn crash(&mut self) {
        // It may have ended already.
        drop(self.compositor.kill());
    }

    /// What an output shows, counted from 0.
    ///
    /// # Panics
    ///
    /// Where grim is missing or fails.
    #[must_use]
    pub fn screenshot(&self, output: usize) -> RgbImage {
        let file = self.folder.path().join("shot.png");
        let name = self.output_name(output);
        self.run("grim", &["-o", &name, &file.to_string_lossy()]);
        image::open(&file).expect("grim writes PNG").into_rgb8()
    }

    fn output_name(&self, output: usize) -> String {
        format!("{}-{}", self.output_prefix, output + 1)
    }

    /// Tells the outer desktop something about the window that is an output.
    fn tell_outer(&self, output: usize, words: &[&str]) {
        let outer = self.outer.as_ref().expect("a desktop with plugs");
        let window = format!("[title=\"{}$\"]", self.output_name(output));
        let mut command = vec![window.as_str()];
        command.extend(words);
        outer.tell_sway(&command);
    }

    fn tell_sway(&self, words: &[&str]) {
        let socket = self.socket_beginning_with("sway-ipc.");
        let socket = socket.expect("sway listens to commands");
        let path = self.folder.path().join(socket);
        let mut arguments = vec![
            "--quiet",
            "--socket",
            path.to_str().expect("a plain name"),
            "--",
        ];
        arguments.extend(words);
        self.run("swaymsg", &arguments);
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
            if let Some(name) = self.socket_beginning_with("wayland-") {
                return name;
            }
            let ended = self.compositor.try_wait().expect("it can be asked");
            assert_eq!(ended, None, "sway ended before it had a socket");
            assert!(Instant::now() < until, "sway makes no socket");
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn socket_beginning_with(&self, start: &str) -> Option<OsString> {
        let files = fs::read_dir(self.folder.path()).expect("it is there");
        let mut names = files.flatten().map(|file| file.file_name());
        names.find(|name| {
            let name = name.to_string_lossy();
            name.starts_with(start) && !name.ends_with(".lock")
        })
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing left to do.
        drop(self.compositor.kill());
        drop(self.compositor.wait());
    }
}
