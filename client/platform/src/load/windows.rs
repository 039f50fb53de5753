//! How busy the processor was, as Windows counts it.
#![expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; each call says why it is sound"
)]

use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};

use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::System::Threading::{
    GetProcessTimes, GetSystemTimes, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION,
};

use super::Sample;
use crate::Unknown;

/// Counts of this machine, in tenths of a microsecond; `own` are our processes.
pub(super) fn sample(own: &[u32]) -> Result<Sample, Unknown> {
    let (mut idle, mut kernel, mut user) = <(FILETIME, FILETIME, FILETIME)>::default();
    // SAFETY: writes three numbers where it is told.
    if unsafe { GetSystemTimes(&mut idle, &mut kernel, &mut user) } == 0 {
        let error = std::io::Error::last_os_error();
        return Err(Unknown::because("load", error));
    }
    // The kernel's time has the idle one in it.
    let all = count(kernel) + count(user);
    Ok(Sample {
        all,
        busy: all.saturating_sub(count(idle)),
        own: own.iter().filter_map(|&process| spent(process)).sum(),
    })
}

/// What a process has used; one that has ended meanwhile has no share.
fn spent(process: u32) -> Option<u64> {
    // SAFETY: takes numbers; what it gives is ours.
    let handle = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, process) };
    if handle.is_null() {
        return None;
    }
    // SAFETY: it was just opened and is nobody else's.
    let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
    let mut times = [FILETIME::default(); 4];
    let [began, ended, kernel, user] = &mut times;
    // SAFETY: the handle is open, and four numbers are written where it is told.
    let known = unsafe { GetProcessTimes(handle.as_raw_handle(), began, ended, kernel, user) };
    let [_, _, kernel, user] = times;
    (known != 0).then(|| count(kernel) + count(user))
}

fn count(time: FILETIME) -> u64 {
    (u64::from(time.dwHighDateTime) << 32) | u64::from(time.dwLowDateTime)
}
