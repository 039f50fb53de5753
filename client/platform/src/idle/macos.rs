//! The time since the last input as macOS counts it, for the whole session. No permission is needed to ask.
//!
//! # Source
//!
//! Apple, *CGEventSource.secondsSinceLastEventType(_:eventType:)*.

use std::time::Duration;

use objc2_core_graphics::{CGEventSource, CGEventSourceStateID, CGEventType};

use super::counter::InputClock;

/// How often to look for the user's return.
const LOOK: Duration = Duration::from_millis(40);

/// `kCGAnyInputEventType`, which the headers define by a cast.
const ANY_INPUT: CGEventType = CGEventType(u32::MAX);

/// The session's clock.
pub(super) struct Clock;

impl InputClock for Clock {
    fn name(&self) -> &'static str {
        "macOS"
    }

    fn since_input(&mut self) -> Result<Duration, String> {
        let state = CGEventSourceStateID::CombinedSessionState;
        let seconds = CGEventSource::seconds_since_last_event_type(state, ANY_INPUT);
        Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
    }

    fn await_input(&mut self, timeout: Duration) -> Result<(), String> {
        std::thread::sleep(timeout.min(LOOK));
        Ok(())
    }
}
