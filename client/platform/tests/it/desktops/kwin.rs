//! KWin, without a screen. Its user is `org_kde_kwin_fake_input`, which KWin offers when it is told
//! not to check permissions.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use tempfile::TempDir;
use wayland_client::globals::{GlobalListContents, registry_queue_init};
use wayland_client::protocol::wl_registry::{Event, WlRegistry};
use wayland_client::{Connection, Dispatch, EventQueue, QueueHandle, delegate_noop};
use wayland_protocols_plasma::fake_input::client::org_kde_kwin_fake_input::OrgKdeKwinFakeInput;
use woolgather_platform::Environment;

use super::{Desktop, PrivateBus};
use crate::machine::{INSTALL, Running, eventually};

const SOCKET: &str = "wayland-kwin";

/// A running KWin with a bus of its own.
pub(crate) struct Kwin {
    _compositor: Running,
    bus: PrivateBus,
    _folder: TempDir,
    hand: Mutex<Hand>,
}

/// What moves the pointer.
struct Hand {
    queue: EventQueue<Nothing>,
    input: OrgKdeKwinFakeInput,
}

struct Nothing;

impl Kwin {
    pub(crate) fn start() -> Self {
        let bus = PrivateBus::start();
        let folder = tempfile::tempdir().expect("a folder in the temporary folder");
        let compositor = Running::start(
            Command::new(without_capabilities(folder.path()))
                .args(["--virtual", "--width", "640", "--height", "480"])
                .args(["--no-lockscreen", "--no-global-shortcuts"])
                .args(["--socket", SOCKET])
                .env("XDG_RUNTIME_DIR", bus.folder.path())
                .env("XDG_CONFIG_HOME", folder.path())
                .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
                .env("KWIN_COMPOSE", "Q")
                .env("KWIN_WAYLAND_NO_PERMISSION_CHECKS", "1")
                .env_remove("DISPLAY")
                .env_remove("WAYLAND_DISPLAY"),
        );
        let socket = bus.folder.path().join(SOCKET);
        let hand = eventually("KWin", || Hand::reach(&socket));
        Self {
            _compositor: compositor,
            bus,
            _folder: folder,
            hand: Mutex::new(hand),
        }
    }
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
        let (globals, queue) = registry_queue_init::<Nothing>(&connection).ok()?;
        let input: OrgKdeKwinFakeInput = globals.bind(&queue.handle(), 1..=4, ()).ok()?;
        input.authenticate("Woolgather".to_owned(), "a test".to_owned());
        Some(Self { queue, input })
    }
}

impl Desktop for Kwin {
    fn environment(&self) -> Environment {
        let folder = self.bus.folder.path().to_str().expect("an ordinary name");
        Environment::from_pairs(
            None,
            &[("XDG_RUNTIME_DIR", folder), ("WAYLAND_DISPLAY", SOCKET)],
        )
    }

    fn touch(&self) {
        let mut hand = self.hand.lock().expect("nobody panicked with it");
        hand.input.pointer_motion(3.0, 2.0);
        hand.queue.roundtrip(&mut Nothing).expect("KWin runs");
    }
}

impl Dispatch<WlRegistry, GlobalListContents> for Nothing {
    fn event(
        _: &mut Self,
        _: &WlRegistry,
        _: Event,
        _: &GlobalListContents,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}

delegate_noop!(Nothing: OrgKdeKwinFakeInput);
