//! The machine goes to sleep, and wakes: Windows calls back. Where it does not, waking is still seen by the clocks: one
//! goes on while the machine sleeps, and one stands still.
//!
//! # Source
//!
//! Microsoft, *PowerRegisterSuspendResumeNotification*, *QueryUnbiasedInterruptTime*, *GetTickCount64*.
#![expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; each call says why it is sound"
)]

use std::ffi::c_void;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use windows_sys::Win32::System::Power::{
    DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS, HPOWERNOTIFY, PowerRegisterSuspendResumeNotification,
    PowerUnregisterSuspendResumeNotification,
};
use windows_sys::Win32::System::SystemInformation::GetTickCount64;
use windows_sys::Win32::System::WindowsProgramming::QueryUnbiasedInterruptTime;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    DEVICE_NOTIFY_CALLBACK, PBT_APMRESUMEAUTOMATIC, PBT_APMSUSPEND,
};

use crate::desktop::SleepEvent;
use crate::{Environment, Unknown};

/// The clocks are read one after the other, and a busy machine may stop in between.
const GAP_MIN: Duration = Duration::from_secs(2);

/// Tells when the machine sleeps.
pub struct SleepWatch {
    calls: Result<Calls, Unknown>,
    slept: Duration,
}

/// Windows' calls, which end with this value.
struct Calls {
    events: Receiver<SleepEvent>,
    /// What Windows knows them by.
    registration: HPOWERNOTIFY,
    /// Where they send to; it stays where it is.
    tell: *mut Sender<SleepEvent>,
}

// SAFETY: the registration and the sender are used by one thread at a time, here and in Windows' own calls, which only
// send.
unsafe impl Send for Calls {}

impl SleepWatch {
    /// Begins to watch.
    #[must_use]
    pub fn open(_environment: &Environment) -> Self {
        Self {
            calls: Calls::begin(),
            slept: slept_since_boot(),
        }
    }

    /// Why the machine's going to sleep is not announced, if it is not.
    #[must_use]
    pub fn unannounced(&self) -> Option<&Unknown> {
        self.calls.as_ref().err()
    }

    /// Waits for the next event, at most for `timeout`; where Windows does not call it only looks at the clocks at the
    /// end.
    pub fn wait(&mut self, timeout: Duration) -> Option<SleepEvent> {
        let called = match &self.calls {
            Err(_) => {
                std::thread::sleep(timeout);
                None
            }
            Ok(calls) => match calls.events.recv_timeout(timeout) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => None,
            },
        };
        match called {
            Some(SleepEvent::GoingToSleep) => called,
            woken => {
                let slept = self.look_at_clocks(slept_since_boot());
                woken.or(slept)
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

impl Calls {
    fn begin() -> Result<Self, Unknown> {
        let (tell, events) = channel();
        let tell = Box::into_raw(Box::new(tell));
        let whom = DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS {
            Callback: Some(called),
            Context: tell.cast(),
        };
        let mut registration = std::ptr::null_mut();
        // SAFETY: the parameters are read during the call; the sender that they name lives until `drop` has ended the
        // calls. What they are known by is written.
        let code = unsafe {
            PowerRegisterSuspendResumeNotification(
                DEVICE_NOTIFY_CALLBACK,
                (&raw const whom).cast_mut().cast(),
                &mut registration,
            )
        };
        if code != 0 {
            // SAFETY: it was made above, and nobody calls.
            drop(unsafe { Box::from_raw(tell) });
            let error = std::io::Error::from_raw_os_error(code.cast_signed());
            return Err(Unknown::because("sleep", error));
        }
        Ok(Self {
            events,
            registration: registration as HPOWERNOTIFY,
            tell,
        })
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        // SAFETY: it is what `begin` was given, once.
        let ended = unsafe { PowerUnregisterSuspendResumeNotification(self.registration) };
        if ended == 0 {
            // SAFETY: it was made in `begin`, and nobody calls any more.
            drop(unsafe { Box::from_raw(self.tell) });
        }
    }
}

/// Called by Windows on a thread of its own.
unsafe extern "system" fn called(tell: *const c_void, kind: u32, _: *const c_void) -> u32 {
    let event = match kind {
        PBT_APMSUSPEND => SleepEvent::GoingToSleep,
        PBT_APMRESUMEAUTOMATIC => SleepEvent::Woke,
        _ => return 0,
    };
    // SAFETY: Windows passes on what `Calls::begin` gave it, which lives as long as the calls.
    let tell = unsafe { &*tell.cast::<Sender<SleepEvent>>() };
    // At the end nobody listens any more.
    tell.send(event).ok();
    0
}

/// How long the machine has slept since it was started.
fn slept_since_boot() -> Duration {
    let mut awake = 0;
    // SAFETY: writes one number where it is told.
    if unsafe { QueryUnbiasedInterruptTime(&mut awake) } == 0 {
        return Duration::ZERO;
    }
    // SAFETY: takes nothing.
    let since_boot = Duration::from_millis(unsafe { GetTickCount64() });
    // It counts in tenths of a microsecond.
    since_boot.saturating_sub(Duration::from_micros(awake / 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waking_is_seen_by_the_clocks_once() {
        let mut watch = SleepWatch::open(&Environment::default());
        assert_eq!(watch.wait(Duration::ZERO), None);
        let an_hour_more = watch.slept + Duration::from_secs(3600);
        assert_eq!(watch.look_at_clocks(an_hour_more), Some(SleepEvent::Woke));
        assert_eq!(watch.look_at_clocks(an_hour_more), None);
    }

    #[test]
    fn what_windows_says_is_passed_on() {
        let (tell, events) = channel::<SleepEvent>();
        for kind in [PBT_APMSUSPEND, 0xffff, PBT_APMRESUMEAUTOMATIC] {
            // SAFETY: it is a sender, and lives.
            unsafe { called((&raw const tell).cast(), kind, std::ptr::null()) };
        }
        drop(tell);
        let events: Vec<_> = events.into_iter().collect();
        assert_eq!(events, [SleepEvent::GoingToSleep, SleepEvent::Woke]);
    }
}
