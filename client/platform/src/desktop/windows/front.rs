//! The window in front, and whether it fills its monitor.
#![expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; each call says why it is sound"
)]

use windows_sys::Win32::Foundation::{HWND, RECT};
use windows_sys::Win32::Graphics::Gdi::{
    GetMonitorInfoW, MONITOR_DEFAULTTONEAREST, MONITORINFO, MonitorFromWindow,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    GWL_STYLE, GetDesktopWindow, GetForegroundWindow, GetShellWindow, GetWindowLongW,
    GetWindowRect, GetWindowThreadProcessId, WS_CAPTION,
};

use crate::{Environment, Unknown};

/// Knows which window is in front.
#[derive(Debug)]
pub struct Front(());

impl Front {
    /// Is always there.
    ///
    /// # Errors
    ///
    /// None here; the signature is the one of the systems that have to be asked.
    pub fn open(_environment: &Environment) -> Result<Self, Unknown> {
        Ok(Self(()))
    }

    /// Does the window in front fill its monitor, with nothing of a title over it? Windows of the processes `own` do not
    /// count, and neither does the desktop itself.
    ///
    /// # Errors
    ///
    /// [`Unknown`] when Windows does not say where the window is.
    pub fn full_screen(&self, own: &[u32]) -> Result<bool, Unknown> {
        // SAFETY: it takes nothing.
        let window = unsafe { GetForegroundWindow() };
        // None while the session is locked, or another comes to the front just now.
        if window.is_null() || is_desktop(window) || own.contains(&process_of(window)) {
            return Ok(false);
        }
        // SAFETY: a window that is gone has no style.
        let style = unsafe { GetWindowLongW(window, GWL_STYLE) }.cast_unsigned();
        if style & WS_CAPTION == WS_CAPTION {
            // A large window, but one with a title.
            return Ok(false);
        }
        let mut place = RECT::default();
        // SAFETY: writes where it is told.
        if unsafe { GetWindowRect(window, &mut place) } == 0 {
            // It may be gone by now, which is as good as not full screen.
            return Ok(false);
        }
        let mut monitor = MONITORINFO {
            cbSize: size_of::<MONITORINFO>() as u32,
            ..MONITORINFO::default()
        };
        // SAFETY: fills in what it is given, which says how large it is.
        let known = unsafe {
            GetMonitorInfoW(
                MonitorFromWindow(window, MONITOR_DEFAULTTONEAREST),
                &mut monitor,
            )
        };
        if known == 0 {
            let error = std::io::Error::last_os_error();
            return Err(Unknown::because("full screen", error));
        }
        Ok(covers(&place, &monitor.rcMonitor))
    }
}

/// Is it what lies behind everything, or one of the shell's, who draws the icons there?
fn is_desktop(window: HWND) -> bool {
    // SAFETY: both take nothing.
    let (desktop, shell) = unsafe { (GetDesktopWindow(), GetShellWindow()) };
    window == desktop || (!shell.is_null() && process_of(window) == process_of(shell))
}

/// The number of the process that a window is of; 0 where it is gone.
fn process_of(window: HWND) -> u32 {
    let mut process = 0;
    // SAFETY: writes one number where it is told; a window that is gone has none.
    unsafe { GetWindowThreadProcessId(window, &mut process) };
    process
}

fn covers(window: &RECT, monitor: &RECT) -> bool {
    window.left <= monitor.left
        && window.top <= monitor.top
        && window.right >= monitor.right
        && window.bottom >= monitor.bottom
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fills_the_monitor_that_it_covers() {
        let of = |left, top, right, bottom| RECT {
            left,
            top,
            right,
            bottom,
        };
        let monitor = of(1920, 0, 3840, 1080);
        assert!(covers(&monitor, &monitor));
        assert!(covers(&of(1912, -8, 3848, 1088), &monitor));
        assert!(!covers(&of(1920, 0, 3840, 1040), &monitor));
        assert!(!covers(&of(0, 0, 1920, 1080), &monitor));
    }

    #[test]
    fn without_a_program_in_front_nothing_fills_the_screen() {
        let front = Front::open(&Environment::default()).unwrap();
        assert_eq!(front.full_screen(&[]), Ok(false));
    }
}
