//! The X server's own counter: `MIT-SCREEN-SAVER`'s `QueryInfo`.

use std::time::Duration;

use x11rb::protocol::screensaver::ConnectionExt as _;

use super::counter::InputClock;
use crate::x11::X11;
use crate::{Environment, Unknown};

const NAME: &str = "X11 (MIT-SCREEN-SAVER)";

/// How often the counter is looked at while the user is away. The budget for noticing their return
/// is 200 ms; this leaves room for a busy machine.
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// A connection to an X server that counts.
pub(super) struct Clock {
    x11: X11,
}

impl Clock {
    pub(super) fn open(environment: &Environment) -> Result<Self, Unknown> {
        let mut clock = Self {
            x11: X11::open(environment)?,
        };
        // A server without the extension says so here.
        clock
            .since_input()
            .map_err(|reason| Unknown::because(NAME, reason))?;
        Ok(clock)
    }
}

impl InputClock for Clock {
    fn name(&self) -> &'static str {
        NAME
    }

    fn since_input(&mut self) -> Result<Duration, String> {
        let info = self
            .x11
            .connection
            .screensaver_query_info(self.x11.root)
            .map_err(|error| error.to_string())?
            .reply()
            .map_err(|error| error.to_string())?;
        Ok(Duration::from_millis(info.ms_since_user_input.into()))
    }

    fn await_input(&mut self, timeout: Duration) -> Result<(), String> {
        std::thread::sleep(timeout.min(LOOK_EVERY));
        Ok(())
    }
}
