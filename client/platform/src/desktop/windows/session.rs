//! Who keeps the screen on, and whether the session is locked.
//!
//! Windows tells a program that it is not an administrator's only that somebody wants the display on, and not who.
//!
//! # Source
//!
//! Microsoft, *CallNtPowerInformation*, *WTSINFOEX_LEVEL1*.
#![expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; each call says why it is sound"
)]

use std::ptr::{null, null_mut};

use windows_sys::Win32::System::Power::{
    CallNtPowerInformation, ES_DISPLAY_REQUIRED, SystemExecutionState,
};
use windows_sys::Win32::System::RemoteDesktop::{
    WTS_CURRENT_SERVER_HANDLE, WTS_CURRENT_SESSION, WTSFreeMemory, WTSINFOEXW,
    WTSQuerySessionInformationW, WTSSessionInfoEx,
};

use crate::desktop::{Inhibition, Inhibitions};
use crate::{Environment, Unknown};

/// Asks whether a program wants the display on, as those do that play a film.
#[must_use]
pub fn inhibitions(_environment: &Environment) -> Inhibitions {
    let mut state: u32 = 0;
    // SAFETY: takes no input and writes at most so many bytes as it is told there are.
    let code = unsafe {
        CallNtPowerInformation(
            SystemExecutionState,
            null(),
            0,
            (&raw mut state).cast(),
            size_of_val(&state) as u32,
        )
    };
    if code != 0 {
        return Inhibitions {
            held: Vec::new(),
            unknown: vec![Unknown::because("who keeps the screen on", code)],
        };
    }
    let held = (state & ES_DISPLAY_REQUIRED != 0).then(|| Inhibition {
        who: "a program".to_owned(),
        why: String::new(),
    });
    Inhibitions {
        held: held.into_iter().collect(),
        unknown: Vec::new(),
    }
}

/// Is the user's session locked?
///
/// # Errors
///
/// [`Unknown`] where Windows does not say.
pub fn locked(_environment: &Environment) -> Result<bool, Unknown> {
    let mut found = null_mut();
    let mut bytes = 0;
    // SAFETY: both are written; what the pointer points at is ours to free.
    let known = unsafe {
        WTSQuerySessionInformationW(
            WTS_CURRENT_SERVER_HANDLE,
            WTS_CURRENT_SESSION,
            WTSSessionInfoEx,
            &mut found,
            &mut bytes,
        )
    };
    if known == 0 || found.is_null() {
        let error = std::io::Error::last_os_error();
        return Err(Unknown::because("the lock", error));
    }
    let info = found.cast::<WTSINFOEXW>();
    let is_whole = bytes as usize >= size_of::<WTSINFOEXW>();
    // SAFETY: there are as many bytes as the structure has, and it may lie anywhere.
    let info = is_whole.then(|| unsafe { info.read_unaligned() });
    // SAFETY: it was made for us above, and nothing points there any more.
    unsafe { WTSFreeMemory(found.cast()) };
    let info = info
        .filter(|info| info.Level == 1)
        .ok_or_else(|| Unknown("the lock: Windows says something else".to_owned()))?;
    // SAFETY: the level says which one it is.
    let flags = unsafe { info.Data.WTSInfoExLevel1.SessionFlags };
    match flags {
        LOCKED => Ok(true),
        UNLOCKED => Ok(false),
        _ => Err(Unknown("the lock: Windows does not know".to_owned())),
    }
}

const LOCKED: i32 = 0;
const UNLOCKED: i32 = 1;

#[cfg(test)]
mod tests {
    use windows_sys::Win32::System::Power::{
        ES_CONTINUOUS, ES_SYSTEM_REQUIRED, SetThreadExecutionState,
    };

    use super::*;

    #[test]
    fn both_answer_or_say_that_they_cannot() {
        let environment = Environment::default();
        let inhibitions = inhibitions(&environment);
        assert!(inhibitions.held.len() + inhibitions.unknown.len() <= 1);
        if let Err(unknown) = locked(&environment) {
            assert!(unknown.to_string().starts_with("the lock: "), "{unknown}");
        }
    }

    #[test]
    fn who_keeps_the_machine_awake_does_not_keep_the_screen_on() {
        // SAFETY: takes a number.
        unsafe { SetThreadExecutionState(ES_CONTINUOUS | ES_SYSTEM_REQUIRED) };
        assert_eq!(inhibitions(&Environment::default()).held, []);
        // SAFETY: as above.
        unsafe { SetThreadExecutionState(ES_CONTINUOUS) };
    }
}
