//! The time since the last input as Windows counts it, for the whole session.
//!
//! # Source
//!
//! Microsoft, *GetLastInputInfo*.
#![expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; each call says why it is sound"
)]

use std::time::Duration;

use windows_sys::Win32::System::SystemInformation::GetTickCount;
use windows_sys::Win32::UI::Input::KeyboardAndMouse::{GetLastInputInfo, LASTINPUTINFO};

use super::counter::InputClock;

/// How often to look for the user's return.
const LOOK: Duration = Duration::from_millis(40);

/// The session's clock.
pub(super) struct Clock;

impl InputClock for Clock {
    fn name(&self) -> &'static str {
        "Windows"
    }

    fn since_input(&mut self) -> Result<Duration, String> {
        let mut last = LASTINPUTINFO {
            cbSize: size_of::<LASTINPUTINFO>() as u32,
            dwTime: 0,
        };
        // SAFETY: fills in what it is given, which says how large it is.
        if unsafe { GetLastInputInfo(&mut last) } == 0 {
            return Err(std::io::Error::last_os_error().to_string());
        }
        // SAFETY: takes nothing.
        let now = unsafe { GetTickCount() };
        Ok(between(last.dwTime, now))
    }

    fn await_input(&mut self, timeout: Duration) -> Result<(), String> {
        std::thread::sleep(timeout.min(LOOK));
        Ok(())
    }
}

/// From one count of milliseconds to a later one; counts begin anew every 49.7 days.
fn between(earlier: u32, later: u32) -> Duration {
    let passed = later.wrapping_sub(earlier);
    // Input may have come between the two questions: then the earlier one is the later one.
    let passed = if passed > u32::MAX / 2 { 0 } else { passed };
    Duration::from_millis(passed.into())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use windows_sys::Win32::UI::Input::KeyboardAndMouse::{
        INPUT, INPUT_MOUSE, MOUSEEVENTF_MOVE, SendInput,
    };

    use super::*;
    use crate::Environment;
    use crate::idle::{Idle, detect};

    #[test]
    fn counts_may_begin_anew_or_cross() {
        assert_eq!(between(100, 350), Duration::from_millis(250));
        assert_eq!(between(u32::MAX - 9, 90), Duration::from_millis(100));
        assert_eq!(between(351, 350), Duration::ZERO);
    }

    #[test]
    fn a_movement_of_the_mouse_ends_idleness() {
        let span = Duration::from_millis(300);
        let mut source = detect(&Environment::default()).unwrap();
        assert_eq!(source.name(), "Windows");
        move_mouse();
        source.watch(span).unwrap();
        assert_eq!(source.poll().unwrap(), Idle::Active);
        let idle = source.wait(Duration::from_secs(10)).unwrap();
        assert!(matches!(idle, Idle::Since(since) if since.elapsed() >= span));
        let moved = std::thread::spawn(|| {
            std::thread::sleep(Duration::from_millis(100));
            let moved = Instant::now();
            move_mouse();
            moved
        });
        assert_eq!(source.wait(Duration::from_secs(10)).unwrap(), Idle::Active);
        let late = moved.join().unwrap().elapsed();
        assert!(late < Duration::from_millis(200), "{late:?}");
    }

    fn move_mouse() {
        let mut input = INPUT {
            r#type: INPUT_MOUSE,
            ..INPUT::default()
        };
        input.Anonymous.mi.dx = 3;
        input.Anonymous.mi.dwFlags = MOUSEEVENTF_MOVE;
        // SAFETY: one input of the size that is given.
        let sent = unsafe { SendInput(1, &input, size_of::<INPUT>() as i32) };
        assert_eq!(sent, 1);
    }
}
