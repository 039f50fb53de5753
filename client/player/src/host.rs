//! Who has the windows that are played in.

use crate::flock::{PlayError, PlayEvent, PlayOptions, PlayReport};
use crate::performance::{Production, Programme, Teller};
use crate::stage::Stage;
use crate::window;

/// Performs in the window that the options name, or in windows of ours.
///
/// # Errors
///
/// [`PlayError`]; each message is a sentence for the person in front of the program.
pub(crate) fn run<P, O>(
    production: &Production<O>,
    on_event: &mut dyn FnMut(PlayEvent),
) -> Result<PlayReport, PlayError>
where
    P: Programme,
    O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
{
    match production.options().within {
        None => window::run(production, on_event),
        #[cfg(all(unix, not(target_vendor = "apple")))]
        Some(window) => crate::foreign::run(production, window, on_event),
        #[cfg(not(all(unix, not(target_vendor = "apple"))))]
        Some(window) => Err(PlayError::NoForeignWindow {
            window: window.0,
            reason: "there are no X windows on this system".to_owned(),
        }),
    }
}
