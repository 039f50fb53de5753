//! How long nobody has touched the machine, and when somebody does again.
//!
//! An [`IdleSource`] is watched rather than asked for a number: Wayland's protocols tell when the
//! user has been away for a span that was agreed on before, and when they are back, and nothing
//! else. Systems that keep a counter are fitted to the same seam.
//!
//! [`detect`] takes the first that answers:
//!
//! | source | who has it | how the user's return is noticed |
//! |---|---|---|
//! | `ext-idle-notify-v1` | KWin, sway ≥ 1.8, Hyprland, niri, COSMIC … | an event on the socket |
//! | `org_kde_kwin_idle` | older wlroots (sway 1.7) and KWin 5 | an event on the socket |
//! | Mutter's `IdleMonitor` | GNOME, on Wayland and on X11 | a D-Bus signal |
//! | `MIT-SCREEN-SAVER` | X servers | the counter, looked at every 40 ms while idle |
//! | `GetLastInputInfo` | Windows | the same |
//! | `CGEventSource` | macOS | the same; nobody has run it |
//!
//! The X server behind Wayland (XWayland) sees only what is typed into X windows, so it is never
//! asked in a Wayland session (`WAYLAND_DISPLAY`, or `XDG_SESSION_TYPE`). logind's `IdleHint` is not asked at all: KDE never sets it.
//!
//! A playing video that inhibits idleness keeps the Wayland sources active; the counters do not
//! know of it, which is what [`crate::desktop::inhibitions`] is for.

#[cfg(any(target_os = "linux", target_os = "macos", windows))]
mod counter;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "linux")]
mod mutter;
mod scripted;
#[cfg(target_os = "linux")]
mod wayland;
#[cfg(windows)]
mod windows;
#[cfg(target_os = "linux")]
mod x11;

use std::time::{Duration, Instant};

use crate::Environment;

#[cfg(any(target_os = "linux", target_os = "macos", windows))]
use counter::Counter;
pub use scripted::Scripted;

/// What a source says about the person at the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// There was input within the watched span, or nothing is watched yet.
    Active,
    /// There has been none since this moment. It is never too early: where a source tells late,
    /// the moment is late too.
    Since(Instant),
}

impl Idle {
    /// Is nobody there?
    #[must_use]
    pub fn is_idle(self) -> bool {
        matches!(self, Self::Since(_))
    }
}

/// The source stopped answering, for instance because the session ended. Call [`detect`] again, or
/// behave as if the user were there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{source_name} no longer tells when you are idle: {reason}")]
pub struct IdleError {
    /// [`IdleSource::name`] of the source.
    pub source_name: &'static str,
    /// What happened.
    pub reason: String,
}

/// Nothing here tells when the user is idle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("can't tell when you are idle on this desktop ({})", tried.join("; "))]
pub struct CannotTell {
    /// Each source that was tried, with the reason why it will not do.
    pub tried: Vec<String>,
}

/// Somebody who knows when the user last touched the machine.
///
/// An instance belongs to one thread at a time; the calls may block for the time their
/// documentation says and no longer.
pub trait IdleSource: Send {
    /// The source's name, for a person.
    fn name(&self) -> &'static str;

    /// From now on, idle means no input for `after`. The answer is [`Idle::Active`] until then,
    /// and as long as this was never called. Event-driven sources count from this call on.
    ///
    /// # Errors
    ///
    /// [`IdleError`]: the source is lost; detect another.
    fn watch(&mut self, after: Duration) -> Result<(), IdleError>;

    /// What holds now. Does not wait for anything but the source's own answer (at most a second).
    ///
    /// # Errors
    ///
    /// [`IdleError`]: the source is lost; detect another.
    fn poll(&mut self) -> Result<Idle, IdleError>;

    /// Waits until the user has gone or come back since the last answer, at most for `timeout`,
    /// and says what holds then. A return is told within 200 ms.
    ///
    /// # Errors
    ///
    /// [`IdleError`]: the source is lost; detect another.
    fn wait(&mut self, timeout: Duration) -> Result<Idle, IdleError>;
}

/// Finds the source for the desktop that `environment` describes. Takes at most a few seconds,
/// even where a server accepts connections and never answers.
///
/// # Errors
///
/// [`CannotTell`] when there is none; its sentence is for the user, and helping only while idle is
/// then not possible on this desktop.
#[cfg(target_os = "linux")]
pub fn detect(environment: &Environment) -> Result<Box<dyn IdleSource>, CannotTell> {
    let mut tried = Vec::new();
    let on_wayland = environment.is_wayland();
    if on_wayland {
        match wayland::Source::open(environment) {
            Ok(source) => return Ok(Box::new(source)),
            Err(unknown) => tried.push(unknown.to_string()),
        }
    } else {
        tried.push("Wayland: this is no Wayland session".to_owned());
    }
    match mutter::Clock::open(environment) {
        Ok(clock) => return Ok(Box::new(Counter::new(clock))),
        Err(unknown) => tried.push(unknown.to_string()),
    }
    if on_wayland {
        tried.push("X11: behind Wayland it does not see all input".to_owned());
    } else {
        match x11::Clock::open(environment) {
            Ok(clock) => return Ok(Box::new(Counter::new(clock))),
            Err(unknown) => tried.push(unknown.to_string()),
        }
    }
    Err(CannotTell { tried })
}

/// Takes the session's clock, which is always there.
///
/// # Errors
///
/// None here; the signature is the one of the systems where there may be no source.
#[cfg(windows)]
pub fn detect(_environment: &Environment) -> Result<Box<dyn IdleSource>, CannotTell> {
    Ok(Box::new(Counter::new(windows::Clock)))
}

/// Takes the session's clock, which is always there.
///
/// # Errors
///
/// None here; the signature is the one of the systems where there may be no source.
#[cfg(target_os = "macos")]
pub fn detect(_environment: &Environment) -> Result<Box<dyn IdleSource>, CannotTell> {
    Ok(Box::new(Counter::new(macos::Clock)))
}

/// Says that this build knows no source on this system.
///
/// # Errors
///
/// Always [`CannotTell`].
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub fn detect(_environment: &Environment) -> Result<Box<dyn IdleSource>, CannotTell> {
    Err(CannotTell {
        tried: vec!["this build asks only Linux desktops, Windows and macOS so far".to_owned()],
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn without_any_desktop_the_sentence_says_what_was_tried() {
        let error = detect(&Environment::default())
            .err()
            .expect("nothing is there");
        let sentence = error.to_string();
        assert!(sentence.starts_with("can't tell when you are idle on this desktop ("));
        for part in ["Wayland", "Mutter", "X11"] {
            assert!(sentence.contains(part), "{sentence}");
        }
    }

    #[test]
    fn a_display_of_another_machine_is_not_asked() {
        let environment = Environment::from_pairs(None, &[("DISPLAY", "far.example:0")]);
        let error = detect(&environment).err().expect("nothing is there");
        assert!(
            error.to_string().contains("not a display of this machine"),
            "{error}"
        );
    }

    #[test]
    fn the_x_server_behind_wayland_is_not_asked() {
        check_not_asked(("WAYLAND_DISPLAY", "/nonexistent"));
        check_not_asked(("XDG_SESSION_TYPE", "wayland"));
    }

    fn check_not_asked(wayland: (&str, &str)) {
        let environment = Environment::from_pairs(None, &[wayland, ("DISPLAY", ":0")]);
        let error = detect(&environment).err().expect("nothing is there");
        assert!(
            error.to_string().contains("does not see all input"),
            "{error}"
        );
    }
}
