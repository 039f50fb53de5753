//! KDE's desktop without a screen: KWin with outputs in memory, drawn by OpenGL on the processor.
//!
//! Its user is `org_kde_kwin_fake_input`, which KWin offers when it is told not to check permissions; that lets us take
//! screenshots over D-Bus, too.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{PipeReader, Read as _, pipe};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use image::RgbImage;
use wayland_client::globals::registry_queue_init;
use wayland_client::{Connection, EventQueue, delegate_noop};
use wayland_protocols_plasma::fake_input::client::org_kde_kwin_fake_input::OrgKdeKwinFakeInput;
use zbus::{Fd, OwnedVariant, Variant};

use crate::eventually;
use crate::unheard::Unheard;

/// The line that brings every program these tests start.
const INSTALL: &str = "apt-get install -y --no-install-recommends kwin-wayland dbus-daemon \
     libgl1-mesa-dri";

const SOCKET: &str = "wayland-kwin";
const SCREENSHOTS: &str = "org.kde.KWin.ScreenShot2";

/// The first of Qt's picture formats that have red before blue in memory.
const RGBX8888: u32 = 16;

/// A running KWin with a folder and a message bus of its own.
pub struct Kwin {
    compositor: Child,
    bus: Child,
    folder: tempfile::TempDir,
    size: (u32, u32),
    hand: Hand,
    calls: zbus::Connection,
}

impl std::fmt::Debug for Kwin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kwin").finish_non_exhaustive()
    }
}

/// What presses its keys.
struct Hand {
    queue: EventQueue<Unheard>,
    input: OrgKdeKwinFakeInput,
}

impl Kwin {
    /// Starts one with so many outputs of one size, side by side.
    ///
    /// # Panics
    ///
    /// Where KWin or the bus is missing, or does not start.
    #[must_use]
    pub fn start(outputs: u32, size: (u32, u32)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = format!("unix:path={}/bus", folder.path().display());
        let bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork"])
            .arg(format!("--address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("dbus-daemon: {error}; {INSTALL}"));
        let calls = eventually("the bus", || {
            let builder = zbus::connection::Builder::address(address.as_str());
            zruntime::block_on(builder.build()).ok()
        });
        let (width, height) = (size.0.to_string(), size.1.to_string());
        let compositor = Command::new(without_capabilities(folder.path()))
            .args(["--virtual", "--width", &width, "--height", &height])
            .args(["--output-count", &outputs.to_string()])
            .args(["--no-lockscreen", "--no-global-shortcuts"])
            .args(["--socket", SOCKET])
            .env("XDG_RUNTIME_DIR", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            // Its other way of drawing takes no screenshots.
            .env("KWIN_COMPOSE", "O2")
            .env("KWIN_WAYLAND_NO_PERMISSION_CHECKS", "1")
            .env("KWIN_SCREENSHOT_NO_PERMISSION_CHECKS", "1")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("kwin_wayland: {error}; {INSTALL}"));
        let socket = folder.path().join(SOCKET);
        let hand = eventually("KWin", || Hand::reach(&socket));
        Self {
            compositor,
            bus,
            folder,
            size,
            hand,
            calls,
        }
    }

    /// What a program needs to find it.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, OsString); 2] {
        [
            ("XDG_RUNTIME_DIR", self.folder.path().into()),
            ("WAYLAND_DISPLAY", SOCKET.into()),
        ]
    }

    /// Presses and releases a key, by its number among Linux's input event codes.
    ///
    /// # Panics
    ///
    /// Where KWin has ended.
    pub fn press(&mut self, code: u32) {
        for state in [1, 0] {
            self.hand.input.keyboard_key(code, state);
        }
        let sent = self.hand.queue.roundtrip(&mut Unheard);
        sent.expect("KWin runs");
    }

    /// What an output shows, counted from 0.
    ///
    /// # Panics
    ///
    /// Where KWin does not say.
    #[must_use]
    pub fn screenshot(&self, output: u32) -> RgbImage {
        let (width, height) = self.size;
        let (pixels, write) = pipe().expect("a pipe");
        let left = i32::try_from(output * width).expect("a few outputs");
        let about = {
            let options: HashMap<&str, Variant<'_>> = HashMap::new();
            let body = (left, 0_i32, width, height, options, Fd::from(&write));
            let call = self.calls.call_method(
                Some("org.kde.KWin"),
                "/org/kde/KWin/ScreenShot2",
                Some(SCREENSHOTS),
                "CaptureArea",
                &body,
            );
            let reply = zruntime::block_on(call).expect("KWin takes screenshots");
            let about: HashMap<String, OwnedVariant> =
                reply.body().deserialize().expect("KWin describes them");
            about
        };
        // KWin has its own end by now, and closes it when all is written.
        drop(write);
        picture(&about, pixels)
    }
}

/// The picture whose `pixels` come as `about` says.
fn picture(about: &HashMap<String, OwnedVariant>, mut pixels: PipeReader) -> RgbImage {
    let number = |name: &str| {
        let number = about.get(name).map(u32::try_from);
        number
            .and_then(Result::ok)
            .unwrap_or_else(|| panic!("no {name}: {about:?}"))
    };
    let mut bytes = Vec::new();
    pixels.read_to_end(&mut bytes).expect("the picture comes");
    let stride = number("stride") as usize;
    let is_rgb = number("format") >= RGBX8888;
    RgbImage::from_fn(number("width"), number("height"), |x, y| {
        let at = y as usize * stride + x as usize * 4;
        let [first, green, third] = [bytes[at], bytes[at + 1], bytes[at + 2]];
        let [red, blue] = if is_rgb {
            [first, third]
        } else {
            [third, first]
        };
        image::Rgb([red, green, blue])
    })
}

/// A copy of the program. The installed one has a file capability, and a container that may not
/// grant it does not start the program at all; a copy has none.
fn without_capabilities(folder: &Path) -> PathBuf {
    let copy = folder.join("kwin_wayland");
    std::fs::copy("/usr/bin/kwin_wayland", &copy)
        .unwrap_or_else(|error| panic!("kwin_wayland: {error}; {INSTALL}"));
    copy
}

impl Hand {
    fn reach(socket: &Path) -> Option<Self> {
        let connection = Connection::from_socket(UnixStream::connect(socket).ok()?).ok()?;
        let (globals, queue) = registry_queue_init::<Unheard>(&connection).ok()?;
        let input: OrgKdeKwinFakeInput = globals.bind(&queue.handle(), 4..=4, ()).ok()?;
        input.authenticate("Woolgather".to_owned(), "a test".to_owned());
        Some(Self { queue, input })
    }
}

impl Drop for Kwin {
    fn drop(&mut self) {
        for child in [&mut self.compositor, &mut self.bus] {
            // It may have ended already, and then there is nothing left to do.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

delegate_noop!(Unheard: OrgKdeKwinFakeInput);
