//! Whether there is a display to open a window on.
//!
//! Asked before a window is opened, so that a program started over a plain terminal connection or
//! by a service can say so in one sentence. It is a hint: a display that is named may still refuse.

use crate::Environment;

/// Is there a display to open a window on?
///
/// On Linux and the BSDs: a Wayland socket or an X display is named in the environment. Windows
/// and macOS always have one.
#[must_use]
pub fn display_present() -> bool {
    display_named_in(&Environment::of_this_process())
}

/// [`display_present`] for a given environment.
#[must_use]
pub fn display_named_in(environment: &Environment) -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"]
        .iter()
        .any(|name| environment.get(name).is_some())
}

#[cfg(all(test, not(any(windows, target_os = "macos"))))]
mod tests {
    use super::*;

    fn check(pairs: &[(&str, &str)], expected: bool) {
        let environment = Environment::from_pairs(Some("/home/ada"), pairs);
        assert_eq!(display_named_in(&environment), expected, "{pairs:?}");
    }

    #[test]
    fn an_x_display_or_a_wayland_socket_is_a_display() {
        check(&[("DISPLAY", ":0")], true);
        check(&[("WAYLAND_DISPLAY", "wayland-1")], true);
        check(&[("WAYLAND_SOCKET", "4")], true);
    }

    #[test]
    fn a_plain_terminal_has_none_and_an_empty_name_is_no_name() {
        check(&[], false);
        check(&[("DISPLAY", "")], false);
        check(&[("TERM", "xterm")], false);
    }
}
