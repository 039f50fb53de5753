//! Playing in a window that another program opened, as hosts of screensavers do.
//!
//! The window is watched for its size and its end, which is the end of playing. Nothing else is asked of it: its keys
//! and its pointer are its owner's.
//!
//! * `x11`: XScreenSaver's window, and those of the savers that work like it.
//! * `win32`: the preview in the screensaver settings of Windows.

#[cfg(windows)]
mod win32;
#[cfg(unix)]
mod x11;

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::flock::{ForeignWindow, PlayError, PlayEvent, PlayOptions, PlayReport};
use crate::performance::{Cue, News, Production, Programme, Teller, Troupe};
use crate::stage::{Place, Stage};

#[cfg(windows)]
use win32::Foreign;
#[cfg(unix)]
use x11::Foreign;
#[cfg(unix)]
pub(crate) use x11::has_vulkan;

/// How often to look what happened to the window.
const LOOK: Duration = Duration::from_millis(40);

/// Somebody else's window, watched from the thread that found it.
trait Host: Place {
    /// What happened to it since the last look.
    fn look(&self) -> Look;

    fn is_there(&self) -> bool;
}

/// What happened to a window.
enum Look {
    Same,
    /// Its size in pixels, width first.
    Sized((u32, u32)),
    Gone,
}

/// Performs in `window` until its owner destroys it or its time is over.
///
/// # Errors
///
/// [`PlayError::NoDisplay`], [`PlayError::NoForeignWindow`], and what the performance returns unless the window was gone
/// by then, which is an ordinary end.
pub(crate) fn run<P, O>(
    production: &Production<O>,
    window: ForeignWindow,
    on_event: &mut dyn FnMut(PlayEvent),
) -> Result<PlayReport, PlayError>
where
    P: Programme,
    O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
{
    let foreign = Arc::new(Foreign::find(window)?);
    let (tell, news) = channel();
    let mut troupe = Troupe::new(Arc::new(move |news| {
        // Nobody listens any more when the account has been taken.
        tell.send(news).ok();
    }));
    troupe.begin(production, Arc::clone(&foreign) as Arc<dyn Place>)?;
    let mut size = foreign.size();
    loop {
        match news.recv_timeout(LOOK) {
            Ok(News::Event(event)) => on_event(event),
            Ok(News::Ended(number)) => {
                troupe.settle(number);
                break;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        match foreign.look() {
            Look::Same => {}
            Look::Sized(other) if other == size => {}
            Look::Sized(other) => {
                size = other;
                troupe.cue_all(Cue::Resized(size));
            }
            Look::Gone => troupe.cue_all(Cue::Leave),
        }
    }
    match troupe.outcome() {
        // The last picture may have been on its way to a window that was there no more.
        Err(_) if !foreign.is_there() => Ok(PlayReport::default()),
        outcome => outcome,
    }
}
