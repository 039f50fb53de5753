//! Whether the session is locked: logind's `LockedHint`, which the screen lockers of GNOME, KDE and
//! others set.

use zbus::OwnedObjectPath;

use crate::bus::{Bus, Service};
use crate::{Environment, Unknown};

const MANAGER: Service<'_> = Service {
    name: "org.freedesktop.login1",
    path: "/org/freedesktop/login1",
    interface: "org.freedesktop.login1.Manager",
};

/// logind's own name for the caller's session, or for the user's session with a display when the
/// caller is a service.
const OWN_SESSION: &str = "/org/freedesktop/login1/session/auto";

const SESSION: &str = "org.freedesktop.login1.Session";

/// Is the user's session locked?
///
/// # Errors
///
/// [`Unknown`] where logind is not there or knows no session of ours.
pub fn locked(environment: &Environment) -> Result<bool, Unknown> {
    let bus = Bus::system(environment)?;
    let named = environment
        .get("XDG_SESSION_ID")
        .and_then(|id| id.to_str())
        .and_then(|id| bus.call::<OwnedObjectPath>(MANAGER, "GetSession", &id).ok());
    let path = named.as_ref().map_or(OWN_SESSION, |path| path.as_str());
    bus.property(
        Service {
            path,
            interface: SESSION,
            ..MANAGER
        },
        "LockedHint",
    )
}
