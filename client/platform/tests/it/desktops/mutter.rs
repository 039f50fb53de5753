//! Mutter, without a screen. Its user is a remote desktop session.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use woolgather_platform::Environment;
use zbus::{Connection, OwnedObjectPath};

use super::{Desktop, PrivateBus};
use crate::machine::{Running, eventually};

const REMOTE: &str = "org.gnome.Mutter.RemoteDesktop";

/// `KEY_A` of Linux's input event codes.
const KEY_A: u32 = 30;

/// A running Mutter with a bus of its own.
pub(crate) struct Mutter {
    _compositor: Running,
    bus: PrivateBus,
    connection: Connection,
    session: OwnedObjectPath,
    key_is_down: AtomicBool,
}

impl Mutter {
    pub(crate) fn start() -> Self {
        let bus = PrivateBus::start();
        let compositor = Running::start(
            Command::new("mutter")
                .args(["--headless", "--wayland", "--no-x11"])
                .args(["--virtual-monitor", "640x480"])
                .args(["--wayland-display", "wayland-mutter"])
                .env("XDG_RUNTIME_DIR", bus.folder.path())
                .env("XDG_CONFIG_HOME", bus.folder.path())
                .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
                .env("GSETTINGS_BACKEND", "memory")
                .env_remove("DISPLAY")
                .env_remove("WAYLAND_DISPLAY"),
        );
        let connection = zruntime::block_on(bus.builder().build()).expect("our bus runs");
        let session = eventually("Mutter", || zruntime::block_on(open(&connection)).ok());
        Self {
            _compositor: compositor,
            bus,
            connection,
            session,
            key_is_down: AtomicBool::new(false),
        }
    }
}

/// Begins a remote desktop session.
async fn open(connection: &Connection) -> zbus::Result<OwnedObjectPath> {
    let path = "/org/gnome/Mutter/RemoteDesktop";
    let reply = connection
        .call_method(Some(REMOTE), path, Some(REMOTE), "CreateSession", &())
        .await?;
    let session: OwnedObjectPath = reply.body().deserialize()?;
    let interface = format!("{REMOTE}.Session");
    connection
        .call_method(
            Some(REMOTE),
            &session,
            Some(interface.as_str()),
            "Start",
            &(),
        )
        .await?;
    Ok(session)
}

impl Desktop for Mutter {
    fn environment(&self) -> Environment {
        let folder = self.bus.folder.path().to_str().expect("an ordinary name");
        Environment::from_pairs(
            None,
            &[
                ("XDG_RUNTIME_DIR", folder),
                ("DBUS_SESSION_BUS_ADDRESS", &self.bus.address),
                ("WAYLAND_DISPLAY", "wayland-mutter"),
            ],
        )
    }

    fn touch(&self) {
        let down = !self.key_is_down.fetch_xor(true, Ordering::Relaxed);
        let interface = format!("{REMOTE}.Session");
        let body = (KEY_A, down);
        zruntime::block_on(self.connection.call_method(
            Some(REMOTE),
            &self.session,
            Some(interface.as_str()),
            "NotifyKeyboardKeycode",
            &body,
        ))
        .expect("Mutter takes the key");
    }
}
