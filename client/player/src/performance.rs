//! A programme on a stage, each on a thread of its own: a slow display keeps nobody waiting, neither the other
//! displays nor whoever presses a key.
//!
//! ```text
//! host's thread: troupe -- cues --> performance: programme, stage   (one for each window)
//!        ^----------------- news ------'
//! ```
//!
//! A *host* is whoever has the windows: `window` opens some of our own, `layer` lays some over a whole desktop,
//! `foreign` draws in somebody else's.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tracing::warn;

use crate::flock::{PlayError, PlayEvent, PlayOptions, PlayReport, Vote};
use crate::frame_log::cannot_write;
use crate::gpu::{Gpu, Work, readback};
use crate::stage::{Place, Stage};

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

/// What the host says to a performance.
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

/// What a performance says to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// For the caller of the player.
    Event(PlayEvent),
    /// The performance in this window is over, counted from 0.
    Ended(usize),
}

/// Tells the caller of the player what happened, from any thread.
#[derive(Clone)]
pub(crate) struct Teller(Messenger);

/// Brings news to the host's thread.
pub(crate) type Messenger = Arc<dyn Fn(News) + Send + Sync>;

impl Teller {
    pub(crate) fn new(messenger: Messenger) -> Self {
        Self(messenger)
    }

    pub(crate) fn tell(&self, event: PlayEvent) {
        (self.0)(News::Event(event));
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

/// What is performed in every window.
pub(crate) struct Production<O> {
    options: PlayOptions,
    started: Instant,
    work: Work,
    /// Makes the programme for a stage.
    open: Arc<O>,
}

impl<P, O> Production<O>
where
    P: Programme,
    O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
{
    /// In each window what `open` makes for its stage, until `options.for_` has passed since `started`.
    pub(crate) fn new(options: &PlayOptions, started: Instant, work: Work, open: O) -> Self {
        Self {
            options: options.clone(),
            started,
            work,
            open: Arc::new(open),
        }
    }
}

impl<O> Production<O> {
    pub(crate) fn options(&self) -> &PlayOptions {
        &self.options
    }
}

/// The performances of a production, and how they ended.
pub(crate) struct Troupe {
    messenger: Messenger,
    performances: Vec<Performance>,
    /// Of the performances that are over.
    report: Option<PlayReport>,
    failure: Option<PlayError>,
}

struct Performance {
    cues: Sender<Cue>,
    /// Until it has ended.
    thread: Option<JoinHandle<Result<PlayReport, PlayError>>>,
}

impl Troupe {
    pub(crate) fn new(messenger: Messenger) -> Self {
        Self {
            messenger,
            performances: Vec::new(),
            report: None,
            failure: None,
        }
    }

    /// Begins a performance at `place` and returns its number; the first one has 0.
    ///
    /// # Errors
    ///
    /// [`PlayError::Thread`], or where only this thread may open the stage, what that returns.
    pub(crate) fn begin<P, O>(
        &mut self,
        production: &Production<O>,
        place: Arc<dyn Place>,
    ) -> Result<usize, PlayError>
    where
        P: Programme,
        O: Fn(&Stage, &PlayOptions, Teller) -> Result<P, PlayError> + Send + Sync + 'static,
    {
        let number = self.performances.len();
        let options = production.options.of_window(number);
        let until = options.for_.map(|for_| production.started + for_);
        let (open, work) = (Arc::clone(&production.open), production.work);
        let ending = Ending(Arc::clone(&self.messenger), number);
        let (cues, heard) = channel();
        let mut stage = None;
        if cfg!(target_vendor = "apple") {
            // There, only the main thread may make surfaces.
            stage = Some(Stage::open(Arc::clone(&place), work)?);
        }
        let thread = std::thread::Builder::new().name("performance".into());
        let thread = thread.spawn(move || {
            let teller = Teller::new(Arc::clone(&ending.0));
            let stage = match stage {
                Some(stage) => stage,
                None => Stage::open(place, work)?,
            };
            let programme = open(&stage, &options, teller)?;
            perform(stage, programme, &heard, until, &options)
        })?;
        self.performances.push(Performance {
            cues,
            thread: Some(thread),
        });
        Ok(number)
    }

    pub(crate) fn cue(&self, number: usize, cue: Cue) {
        if let Some(performance) = self.performances.get(number) {
            // One that has ended needs no cue.
            performance.cues.send(cue).ok();
        }
    }

    pub(crate) fn cue_all(&self, cue: Cue) {
        for number in 0..self.performances.len() {
            self.cue(number, cue);
        }
    }

    /// Carries out what a key asks for that was pressed in the window of this number.
    pub(crate) fn act(&self, number: usize, action: Action) {
        match action {
            // Standing still and showing names are for all windows, the rest is about what is in this one.
            Action::Pause | Action::Info => self.cue_all(Cue::Act(action)),
            _ => self.cue(number, Cue::Act(action)),
        }
    }

    /// Takes the account of a performance that has told its end. The others go on where it failed.
    pub(crate) fn settle(&mut self, number: usize) {
        match self.account(number) {
            None => {}
            Some(Ok(report)) => self.add(report),
            Some(Err(failure)) => {
                if self.performances.len() > 1 {
                    warn!("Monitor {} shows nothing any more: {failure}", number + 1);
                }
                self.fail(failure);
            }
        }
    }

    /// The same for one whose window was taken away from it: that it could not draw there any more is no failure.
    #[cfg(all(unix, not(target_vendor = "apple")))]
    pub(crate) fn dismiss(&mut self, number: usize) {
        match self.account(number) {
            None => {}
            Some(Ok(report)) => self.add(report),
            Some(Err(PlayError::AdapterFailed { .. } | PlayError::NoAdapter { .. })) => {
                self.add(PlayReport::default());
            }
            Some(Err(failure)) => self.fail(failure),
        }
    }

    fn account(&mut self, number: usize) -> Option<Result<PlayReport, PlayError>> {
        let thread = self.performances.get_mut(number)?.thread.take()?;
        match thread.join() {
            Ok(account) => Some(account),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    fn add(&mut self, report: PlayReport) {
        self.report = Some(report.and(self.report.unwrap_or_default()));
    }

    /// Keeps the first failure; what follows from it says less.
    pub(crate) fn fail(&mut self, failure: PlayError) {
        self.failure.get_or_insert(failure);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.performances
            .iter()
            .all(|performance| performance.thread.is_none())
    }

    /// What all of them played, once they are over.
    ///
    /// # Errors
    ///
    /// What failed first; [`PlayError::NoDisplay`] where nothing was ever performed.
    pub(crate) fn outcome(self) -> Result<PlayReport, PlayError> {
        match (self.failure, self.report) {
            (Some(failure), _) => Err(failure),
            (None, Some(report)) => Ok(report),
            (None, None) => Err(PlayError::NoDisplay {
                reason: "the window system opened no window".to_owned(),
            }),
        }
    }
}

/// Tells that the performance has ended, however it did.
struct Ending(Messenger, usize);

impl Drop for Ending {
    fn drop(&mut self) {
        (self.0)(News::Ended(self.1));
    }
}

/// Plays `programme` on `stage` until it is cued to leave, `until` has come, or nobody can cue it any more.
///
/// # Errors
///
/// What the programme's drawing and finishing return.
fn perform<P: Programme>(
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
                    stage.resize(size)?;
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
