//! Who asked that the machine stay awake, or the screen on.
//!
//! | asked | who answers |
//! |---|---|
//! | `org.freedesktop.login1` `ListInhibitors`, blocks of `idle` | systemd and elogind; `systemd-inhibit`, some players |
//! | `org.gnome.SessionManager` `IsInhibited(8)` | GNOME, MATE, Cinnamon; browsers and players there |
//! | `org.freedesktop.PowerManagement.Inhibit` `HasInhibit` | KDE, XFCE |
//!
//! `org.freedesktop.ScreenSaver`, which programs call to inhibit, has no way to ask who did; the
//! desktops that serve it pass it on to one of these.

use super::{Inhibition, Inhibitions};
use crate::bus::{Bus, Service};
use crate::{Environment, Unknown};

/// What a person is shown of a long list.
const INHIBITIONS_MAX: usize = 32;

const LOGIN1: Service<'_> = Service {
    name: "org.freedesktop.login1",
    path: "/org/freedesktop/login1",
    interface: "org.freedesktop.login1.Manager",
};

const GNOME: Service<'_> = Service {
    name: "org.gnome.SessionManager",
    path: "/org/gnome/SessionManager",
    interface: "org.gnome.SessionManager",
};

/// GNOME's flag for "do not count the session as idle".
const GNOME_IDLE: u32 = 8;

const POWER_MANAGEMENT: Service<'_> = Service {
    name: "org.freedesktop.PowerManagement.Inhibit",
    path: "/org/freedesktop/PowerManagement/Inhibit",
    interface: "org.freedesktop.PowerManagement.Inhibit",
};

/// Asks every service there is. Takes a few seconds at worst.
#[must_use]
pub fn inhibitions(environment: &Environment) -> Inhibitions {
    let mut found = Inhibitions::default();
    found.take(Bus::system(environment).and_then(|bus| of_login1(&bus)));
    match Bus::session(environment) {
        Ok(bus) => {
            let gnome: Result<bool, _> = bus.call(GNOME, "IsInhibited", &GNOME_IDLE);
            found.take(gnome.map(|held| by_service(held, "the session manager")));
            let power: Result<bool, _> = bus.call(POWER_MANAGEMENT, "HasInhibit", &());
            found.take(power.map(|held| by_service(held, "the power manager")));
        }
        Err(unknown) => found.unknown.push(unknown),
    }
    found.held.truncate(INHIBITIONS_MAX);
    found
}

impl Inhibitions {
    fn take(&mut self, answer: Result<Vec<Inhibition>, Unknown>) {
        match answer {
            Ok(held) => self.held.extend(held),
            Err(unknown) => self.unknown.push(unknown),
        }
    }
}

fn by_service(held: bool, who: &str) -> Vec<Inhibition> {
    let inhibition = Inhibition {
        who: who.to_owned(),
        why: String::new(),
    };
    held.then_some(inhibition).into_iter().collect()
}

/// What is inhibited, who, why, mode, user, process.
type Login1Inhibitor = (String, String, String, String, u32, u32);

fn of_login1(bus: &Bus) -> Result<Vec<Inhibition>, Unknown> {
    let all: Vec<Login1Inhibitor> = bus.call(LOGIN1, "ListInhibitors", &())?;
    let held = all
        .into_iter()
        .filter(|(what, _, _, mode, ..)| {
            mode == "block" && what.split(':').any(|part| part == "idle")
        })
        .map(|(_, who, why, ..)| Inhibition { who, why });
    Ok(held.collect())
}
