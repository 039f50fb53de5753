//! The machine goes to sleep, and wakes.
//!
//! logind announces both (`PrepareForSleep`). Where it does not, waking is still seen by the clocks:
//! the one since boot goes on while the machine sleeps, the monotonic one stands still.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::SleepEvent;
use crate::bus::{Bus, Service, Signals};
use crate::{Environment, Unknown};

const LOGIN1: Service<'_> = Service {
    name: "org.freedesktop.login1",
    path: "/org/freedesktop/login1",
    interface: "org.freedesktop.login1.Manager",
};

/// The clocks are read one after the other, and a busy machine may stop in between.
const GAP_MIN: Duration = Duration::from_secs(2);

/// Tells when the machine sleeps.
pub struct SleepWatch {
    signals: Result<Signals, Unknown>,
    slept: Duration,
}

impl SleepWatch {
    /// Begins to watch. Without logind only waking is noticed.
    #[must_use]
    pub fn open(environment: &Environment) -> Self {
        Self {
            signals: Bus::system(environment)
                .and_then(|bus| bus.signals(LOGIN1, "PrepareForSleep")),
            slept: slept_since_boot(),
        }
    }

    /// Why the machine's going to sleep is not announced, if it is not.
    #[must_use]
    pub fn unannounced(&self) -> Option<&Unknown> {
        self.signals.as_ref().err()
    }

    /// Waits for the next event, at most for `timeout`; without logind it only looks at the clocks
    /// at the end.
    pub fn wait(&mut self, timeout: Duration) -> Option<SleepEvent> {
        match self.signalled(timeout) {
            Some(SleepEvent::GoingToSleep) => Some(SleepEvent::GoingToSleep),
            woken => {
                let slept = self.look_at_clocks(slept_since_boot());
                woken.or(slept)
            }
        }
    }

    fn signalled(&mut self, timeout: Duration) -> Option<SleepEvent> {
        let signals = match &mut self.signals {
            Ok(signals) => signals,
            Err(_) => {
                std::thread::sleep(timeout);
                return None;
            }
        };
        match signals.next_within(timeout) {
            Ok(signal) => match signal?.body().deserialize() {
                Ok(true) => Some(SleepEvent::GoingToSleep),
                Ok(false) => Some(SleepEvent::Woke),
                Err(_) => None,
            },
            Err(unknown) => {
                self.signals = Err(unknown);
                None
            }
        }
    }

    /// Waking, when the machine has slept longer than it had at the last look.
    fn look_at_clocks(&mut self, slept: Duration) -> Option<SleepEvent> {
        let gap = slept.saturating_sub(self.slept);
        self.slept = slept;
        (gap >= GAP_MIN).then_some(SleepEvent::Woke)
    }
}

/// How long the machine has slept since it was started.
fn slept_since_boot() -> Duration {
    let since_boot = clock_gettime(ClockId::Boottime);
    let awake = clock_gettime(ClockId::Monotonic);
    let to_duration = |time: rustix::time::Timespec| Duration::try_from(time).unwrap_or_default();
    to_duration(since_boot).saturating_sub(to_duration(awake))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_bus_waking_is_seen_by_the_clocks_once() {
        let environment = Environment::from_pairs(
            None,
            &[("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")],
        );
        let mut watch = SleepWatch::open(&environment);
        assert!(watch.unannounced().is_some());
        assert_eq!(watch.wait(Duration::ZERO), None);

        let an_hour_more = watch.slept + Duration::from_secs(3600);
        assert_eq!(watch.look_at_clocks(an_hour_more), Some(SleepEvent::Woke));
        assert_eq!(watch.look_at_clocks(an_hour_more), None);
        let a_blink = an_hour_more + Duration::from_millis(900);
        assert_eq!(
            watch.look_at_clocks(a_blink),
            None,
            "that was a busy machine"
        );
    }
}
