//! Doubles of the services an agent asks, on a bus of our own. They answer as the real ones do;
//! what they know is the test's.

use std::sync::{Arc, Mutex};

use woolgather_platform::Environment;
use zbus::{Connection, OwnedObjectPath, fdo, interface};

use crate::desktops::PrivateBus;

/// What is inhibited, who, why, mode, user, process.
pub(crate) type Login1Inhibitor = (String, String, String, String, u32, u32);

/// A bus with the services the test wants, all of them reached by one connection.
pub(crate) struct Services {
    bus: PrivateBus,
    connection: Connection,
}

impl Services {
    pub(crate) fn none() -> Self {
        let bus = PrivateBus::start();
        let connection = zruntime::block_on(bus.builder().build()).expect("our bus runs");
        Self { bus, connection }
    }

    pub(crate) fn environment(&self) -> Environment {
        self.bus.environment(&[])
    }

    /// The same with one more variable.
    pub(crate) fn environment_with(&self, name: &str, value: &str) -> Environment {
        self.bus.environment(&[(name, value)])
    }

    /// Serves `interface`, and owns `name` if nobody does yet.
    pub(crate) fn with(
        self,
        name: &str,
        path: &str,
        interface: impl zbus::object_server::Interface,
    ) -> Self {
        zruntime::block_on(async {
            self.connection.object_server().at(path, interface).await?;
            self.connection.request_name(name).await
        })
        .expect("our bus takes it");
        self
    }

    /// Owns a name and never answers.
    pub(crate) fn with_silent(self, name: &'static str) -> (Self, Connection) {
        let silent = zruntime::block_on(self.bus.builder().name(name).build());
        (self, silent.expect("our bus takes it"))
    }

    /// GNOME says that a watch fired, many times.
    pub(crate) fn watches_fire(&self, times: u32) {
        for watch in 0..times {
            zruntime::block_on(self.connection.emit_signal(
                None::<&str>,
                "/org/gnome/Mutter/IdleMonitor/Core",
                "org.gnome.Mutter.IdleMonitor",
                "WatchFired",
                &watch,
            ))
            .expect("our bus takes it");
        }
    }

    /// logind says whether the machine is about to sleep.
    pub(crate) fn prepare_for_sleep(&self, start: bool) {
        zruntime::block_on(self.connection.emit_signal(
            None::<&str>,
            "/org/freedesktop/login1",
            "org.freedesktop.login1.Manager",
            "PrepareForSleep",
            &start,
        ))
        .expect("our bus takes it");
    }
}

/// logind's manager.
pub(crate) struct Login1(pub(crate) Vec<Login1Inhibitor>);

#[interface(name = "org.freedesktop.login1.Manager")]
impl Login1 {
    fn list_inhibitors(&self) -> Vec<Login1Inhibitor> {
        self.0.clone()
    }

    fn get_session(&self, id: &str) -> fdo::Result<OwnedObjectPath> {
        if id == "7" {
            let path = OwnedObjectPath::try_from("/org/freedesktop/login1/session/_37");
            path.map_err(|error| fdo::Error::Failed(error.to_string()))
        } else {
            Err(fdo::Error::Failed("no such session".to_owned()))
        }
    }
}

/// One of logind's sessions, and whether it is locked.
pub(crate) struct Session(pub(crate) Arc<Mutex<bool>>);

#[interface(name = "org.freedesktop.login1.Session")]
impl Session {
    #[zbus(property)]
    fn locked_hint(&self) -> bool {
        *self.0.lock().expect("nobody panicked with it")
    }
}

/// GNOME's session manager, and the flags somebody inhibits.
pub(crate) struct SessionManager(pub(crate) u32);

#[interface(name = "org.gnome.SessionManager")]
impl SessionManager {
    fn is_inhibited(&self, flags: u32) -> bool {
        self.0 & flags != 0
    }
}

/// KDE's and XFCE's power manager.
pub(crate) struct PowerManager(pub(crate) bool);

#[interface(name = "org.freedesktop.PowerManagement.Inhibit")]
impl PowerManager {
    fn has_inhibit(&self) -> bool {
        self.0
    }
}

/// NetworkManager, and its `NMMetered`.
pub(crate) struct NetworkManager(pub(crate) u32);

#[interface(name = "org.freedesktop.NetworkManager")]
impl NetworkManager {
    #[zbus(property)]
    fn metered(&self) -> u32 {
        self.0
    }
}

/// Mutter's monitor, and the idle time in milliseconds.
pub(crate) struct IdleMonitor(pub(crate) Arc<Mutex<u64>>);

#[interface(name = "org.gnome.Mutter.IdleMonitor")]
impl IdleMonitor {
    fn get_idletime(&self) -> u64 {
        *self.0.lock().expect("nobody panicked with it")
    }

    /// Forgets it at once, as a shell does that is restarted.
    fn add_user_active_watch(&self) -> u32 {
        u32::MAX
    }
}
