//! A message bus of our own.

use std::process::Command;

use tempfile::TempDir;
use woolgather_platform::Environment;

use crate::machine::{Running, runtime_folder};

/// A running `dbus-daemon`, used as both the session's and the machine's bus.
pub(crate) struct PrivateBus {
    _daemon: Running,
    pub(crate) address: String,
    pub(crate) folder: TempDir,
}

impl PrivateBus {
    pub(crate) fn start() -> Self {
        let folder = runtime_folder();
        let socket = format!("--address=unix:path={}/bus", folder.path().display());
        let (daemon, address) = Running::start_and_hear(
            Command::new("dbus-daemon")
                .args(["--session", "--nofork", "--print-address=1"])
                .arg(socket),
        );
        Self {
            _daemon: daemon,
            address,
            folder,
        }
    }

    /// The environment of a program that uses this bus, with some more variables.
    pub(crate) fn environment(&self, more: &[(&str, &str)]) -> Environment {
        let mut pairs = vec![
            ("DBUS_SESSION_BUS_ADDRESS", self.address.as_str()),
            ("DBUS_SYSTEM_BUS_ADDRESS", self.address.as_str()),
        ];
        pairs.extend_from_slice(more);
        Environment::from_pairs(None, &pairs)
    }

    /// A connection for a service of the test's own.
    pub(crate) fn builder(&self) -> zbus::connection::Builder<'_> {
        zbus::connection::Builder::address(self.address.as_str())
    }
}
