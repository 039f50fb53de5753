//! The window in front, on X11.
//!
//! Wayland tells no program about another's windows. There a video or a game says that it wants no
//! screensaver through the compositor, and [`crate::idle`] then never becomes idle.
//!
//! # Source
//!
//! freedesktop.org, *Extended Window Manager Hints* 1.5: `_NET_ACTIVE_WINDOW`, `_NET_WM_STATE`,
//! `_NET_WM_PID`.

use std::error::Error;

use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, Window};

use crate::x11::X11;
use crate::{Environment, Unknown};

/// A window has a dozen states at most.
const STATES_MAX: u32 = 64;

/// A connection to an X server that knows which window is in front.
pub struct Front {
    x11: X11,
    active_window: u32,
    wm_state: u32,
    fullscreen: u32,
    wm_pid: u32,
}

impl Front {
    /// Connects to the X server that `environment` names.
    ///
    /// # Errors
    ///
    /// [`Unknown`] on Wayland, and where there is no X server.
    pub fn open(environment: &Environment) -> Result<Self, Unknown> {
        if environment.is_wayland() {
            let reason = "full screen: Wayland does not tell one program about another's windows";
            return Err(Unknown(reason.to_owned()));
        }
        let x11 = X11::open(environment)?;
        let atom = |name: &str| -> Result<u32, Unknown> {
            let reply = x11
                .connection
                .intern_atom(false, name.as_bytes())
                .map_err(unknown)?
                .reply()
                .map_err(unknown)?;
            Ok(reply.atom)
        };
        Ok(Self {
            active_window: atom("_NET_ACTIVE_WINDOW")?,
            wm_state: atom("_NET_WM_STATE")?,
            fullscreen: atom("_NET_WM_STATE_FULLSCREEN")?,
            wm_pid: atom("_NET_WM_PID")?,
            x11,
        })
    }

    /// Does the window in front fill the screen? Windows of the processes `own` do not count: our
    /// own show fills it too.
    ///
    /// # Errors
    ///
    /// [`Unknown`] when the server is gone, or its window manager does not say which window is in
    /// front.
    pub fn full_screen(&self, own: &[u32]) -> Result<bool, Unknown> {
        let active = self.numbers(self.x11.root, self.active_window, AtomEnum::WINDOW.into())?;
        let Some(&window) = active.first() else {
            let reason = "full screen: the window manager does not say which window is in front";
            return Err(Unknown(reason.to_owned()));
        };
        // Zero is "no window", as on an empty desktop.
        if window == 0 {
            return Ok(false);
        }
        // The window may be gone by now, which is as good as not full screen.
        let Ok(states) = self.numbers(window, self.wm_state, AtomEnum::ATOM.into()) else {
            return Ok(false);
        };
        if !states.contains(&self.fullscreen) {
            return Ok(false);
        }
        let pid = self.numbers(window, self.wm_pid, AtomEnum::CARDINAL.into());
        let is_own = pid.is_ok_and(|pid| pid.iter().any(|pid| own.contains(pid)));
        Ok(!is_own)
    }

    /// The numbers of a window's property; empty when it has none.
    fn numbers(&self, window: Window, property: u32, kind: u32) -> Result<Vec<u32>, Unknown> {
        let reply = self
            .x11
            .connection
            .get_property(false, window, property, kind, 0, STATES_MAX)
            .map_err(unknown)?
            .reply()
            .map_err(unknown)?;
        Ok(reply.value32().into_iter().flatten().collect())
    }
}

fn unknown(error: impl Error) -> Unknown {
    Unknown::because("full screen", error)
}
