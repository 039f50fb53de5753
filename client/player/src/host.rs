//! Who has the windows that are played in.

use crate::flock::{PlayError, PlayEvent, PlayOptions, PlayReport};
use crate::performance::{Production, Programme, Teller};
use crate::stage::Stage;
use crate::window;

/// Performs in the window that the options name, or in windows of ours: a saver's lie over the whole desktop where that
/// has layers.
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
    let options = production.options();
    #[cfg(all(unix, not(target_vendor = "apple")))]
    if options.as_saver
        && !options.windowed
        && options.within.is_none()
        && let Some(layers) = crate::layer::Layers::find()
    {
        return crate::layer::run(production, layers, on_event);
    }
    match options.within {
        None => window::run(production, on_event),
        #[cfg(not(target_vendor = "apple"))]
        Some(window) => crate::foreign::run(production, window, on_event),
        #[cfg(target_vendor = "apple")]
        Some(window) => Err(PlayError::NoForeignWindow {
            window: window.0,
            reason: "programs do not lend each other windows on this system".to_owned(),
        }),
    }
}
