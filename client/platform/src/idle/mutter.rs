//! GNOME: Mutter's `IdleMonitor` on the session bus, on Wayland and on X11.
//!
//! It keeps a counter. While the user is away a one-time watch is set, whose signal tells that they
//! are back; asking the counter many times a second would keep the shell busy.

use std::time::Duration;

use super::counter::InputClock;
use crate::bus::{Bus, Service, Signals};
use crate::{Environment, Unknown};

const MONITOR: Service<'_> = Service {
    name: "org.gnome.Mutter.IdleMonitor",
    path: "/org/gnome/Mutter/IdleMonitor/Core",
    interface: "org.gnome.Mutter.IdleMonitor",
};

/// The counter is asked again this soon although no signal came: a shell that was restarted has
/// forgotten our watch.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// A connection to a session bus with a Mutter on it.
pub(super) struct Clock {
    bus: Bus,
    fired: Signals,
    /// The watch that fires when the user comes back, while one is set.
    watch: Option<u32>,
}

impl Clock {
    pub(super) fn open(environment: &Environment) -> Result<Self, Unknown> {
        Self::connect(environment).map_err(|unknown| Unknown::because("Mutter", unknown))
    }

    fn connect(environment: &Environment) -> Result<Self, Unknown> {
        let bus = Bus::session(environment)?;
        let _: u64 = bus.call(MONITOR, "GetIdletime", &())?;
        let fired = bus.signals(MONITOR, "WatchFired")?;
        Ok(Self {
            bus,
            fired,
            watch: None,
        })
    }
}

impl InputClock for Clock {
    fn name(&self) -> &'static str {
        "GNOME (Mutter's IdleMonitor)"
    }

    fn since_input(&mut self) -> Result<Duration, String> {
        let millis: u64 = self
            .bus
            .call(MONITOR, "GetIdletime", &())
            .map_err(|unknown| unknown.0)?;
        Ok(Duration::from_millis(millis))
    }

    fn await_input(&mut self, timeout: Duration) -> Result<(), String> {
        if self.watch.is_none() {
            let watch = self
                .bus
                .call(MONITOR, "AddUserActiveWatch", &())
                .map_err(|unknown| unknown.0)?;
            self.watch = Some(watch);
            // The user may have come back just before: the caller looks again.
            return Ok(());
        }
        let signal = self
            .fired
            .next_within(timeout.min(ASK_AGAIN))
            .map_err(|unknown| unknown.0)?;
        let fired = signal.and_then(|signal| signal.body().deserialize::<u32>().ok());
        if fired.is_some() && fired == self.watch {
            self.watch = None;
        }
        Ok(())
    }
}
