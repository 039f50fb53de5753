//! A programme on a stage, each on a thread of its own: a slow display keeps nobody waiting, neither the other
//! displays nor whoever presses a key.
//!
//! ```text
//! window's thread -- cues --> performance: programme, stage
//!        ^------------- events, the end ---'
//! ```

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::flock::{PlayError, PlayEvent, PlayOptions, PlayReport, Vote};
use crate::frame_log::cannot_write;
use crate::gpu::{Gpu, readback};
use crate::stage::Stage;

/// How soon to try again after a window took no picture.
pub(crate) const RETRY: Duration = Duration::from_millis(50);

/// What the keys can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Vote(Vote),
    Previous,
    Next,
    Pause,
    Info,
}

/// What the window says to the performance in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cue {
    /// Somebody pressed a key.
    Act(Action),
    /// The window has another size in pixels, width first; 0 where nothing of it can be seen.
    Resized((u32, u32)),
    /// Nobody can see the window any more, or somebody can again.
    Hidden(bool),
    /// It is over.
    Leave,
}

/// Tells the caller of the player what happened, from any thread.
#[derive(Clone)]
pub(crate) struct Teller(Arc<dyn Fn(PlayEvent) + Send + Sync>);

impl Teller {
    pub(crate) fn new(tell: impl Fn(PlayEvent) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(crate) fn tell(&self, event: PlayEvent) {
        (self.0)(event);
    }
}

/// What is on.
pub(crate) trait Programme {
    /// Carries out what a key asks for.
    fn act(&mut self, action: Action, now: Instant);

    /// Nobody can see the stage any more, or somebody can again.
    fn set_hidden(&mut self, hidden: bool, now: Instant);

    /// Draws what is due and says when to draw again; `None` waits for a cue. Reveals the stage as
    /// soon as there is something to see.
    ///
    /// # Errors
    ///
    /// Whatever ends the show.
    fn draw(&mut self, stage: &mut Stage, now: Instant) -> Result<Option<Instant>, PlayError>;

    /// Writes what is wanted of it and gives the account.
    ///
    /// # Errors
    ///
    /// [`PlayError::Write`], or the device's failure.
    fn finish(self, stage: &Stage, options: &PlayOptions) -> Result<PlayReport, PlayError>;
}

/// Plays `programme` on `stage` until it is cued to leave, `until` has come, or nobody can cue it any more.
///
/// # Errors
///
/// What the programme's drawing and finishing return.
pub(crate) fn perform<P: Programme>(
    mut stage: Stage,
    mut programme: P,
    cues: &Receiver<Cue>,
    until: Option<Instant>,
    options: &PlayOptions,
) -> Result<PlayReport, PlayError> {
    let mut wake = Some(Instant::now());
    'on: loop {
        let next = match (wake, until) {
            (Some(wake), Some(until)) => Some(wake.min(until)),
            (wake, until) => wake.or(until),
        };
        let first = match next {
            Some(at) => cues.recv_timeout(at.saturating_duration_since(Instant::now())),
            None => cues.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        if first == Err(RecvTimeoutError::Disconnected) {
            break;
        }
        let now = Instant::now();
        for cue in first.into_iter().chain(cues.try_iter()) {
            match cue {
                Cue::Leave => break 'on,
                Cue::Act(action) => programme.act(action, now),
                Cue::Hidden(hidden) => programme.set_hidden(hidden, now),
                Cue::Resized(size) => {
                    stage.resize(size);
                    programme.set_hidden(size.0 == 0 || size.1 == 0, now);
                }
            }
            wake = Some(now);
        }
        if until.is_some_and(|until| now >= until) {
            break;
        }
        if wake.is_some_and(|wake| now >= wake) {
            wake = programme.draw(&mut stage, now)?;
        }
    }
    programme.finish(&stage, options)
}

/// Writes what `paint` paints as PNG, in the stage's size.
///
/// # Errors
///
/// [`PlayError::Write`] or [`PlayError::AdapterFailed`].
pub(crate) fn screenshot(
    stage: &Stage,
    path: &std::path::Path,
    paint: impl FnOnce(&Gpu, &wgpu::TextureView, (u32, u32)),
) -> Result<(), PlayError> {
    let (width, height) = stage.size();
    let rgba = readback::paint_to_memory(&stage.gpu, SCREENSHOT, (width, height), |view| {
        paint(&stage.gpu, view, (width, height));
    })?;
    image::save_buffer_with_format(
        path,
        &rgba,
        width,
        height,
        image::ExtendedColorType::Rgba8,
        image::ImageFormat::Png,
    )
    .map_err(|error| cannot_write(path, error))
}

/// Pixel format of the targets that [`screenshot`] hands out.
pub(crate) const SCREENSHOT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
