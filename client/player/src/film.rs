//! The flock's clips in a window.
//!
//! A real graphics adapter draws at the display's rate and blends between the film's pictures. Where
//! the processor has to do the drawing, it draws once for each picture of the film instead: the
//! decoder needs the time more.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::caption::Sheets;
use crate::flock::{LocalClip, PlayError, PlayEvent, PlayOptions, PlayReport};
use crate::gpu::Work;
use crate::gpu::painter::Painter;
use crate::host;
use crate::memory::{give_back_what_is_free, give_back_what_is_large};
use crate::performance::{Action, Production, Programme, RETRY, SCREENSHOT, screenshot};
use crate::playback::Playback;
use crate::stage::{Shown, Stage};
use crate::timeline::Moment;

/// How often to look for the first picture.
const FIRST_LOOK: Duration = Duration::from_millis(2);

/// The clips to play, and news of them.
#[derive(Debug)]
pub struct Flock {
    /// The clips there are at the start.
    pub clips: Vec<LocalClip>,
    /// Whenever clips came or went: the list of all clips, in place of the one before. It is taken
    /// in at once and shows from the next seam on; what the film remembers of the other clips
    /// stays. The clip on the screen plays to its end, so a file may go once the list is sent.
    pub changes: Receiver<Vec<LocalClip>>,
}

impl From<Vec<LocalClip>> for Flock {
    /// Clips that stay as they are.
    fn from(clips: Vec<LocalClip>) -> Self {
        let (_, changes) = channel();
        Self { clips, changes }
    }
}

/// Hands the clips, and news of them, to every window.
struct Relay {
    /// The list as last heard of.
    clips: Vec<LocalClip>,
    windows: Vec<Sender<Vec<LocalClip>>>,
}

impl Relay {
    /// Passes the news on, on a thread of its own, for as long as there may be some.
    fn start(flock: Flock) -> Result<Arc<Mutex<Self>>, PlayError> {
        let relay = Arc::new(Mutex::new(Self {
            clips: flock.clips,
            windows: Vec::new(),
        }));
        let news = Arc::clone(&relay);
        let thread = std::thread::Builder::new().name("news of clips".into());
        thread.spawn(move || {
            while let Ok(clips) = flock.changes.recv() {
                let mut relay = news.lock().unwrap_or_else(PoisonError::into_inner);
                relay
                    .windows
                    .retain(|window| window.send(clips.clone()).is_ok());
                relay.clips = clips;
            }
        })?;
        Ok(relay)
    }

    /// The flock for another window.
    fn flock(&mut self) -> Flock {
        let (window, changes) = channel();
        self.windows.push(window);
        Flock {
            clips: self.clips.clone(),
            changes,
        }
    }
}

/// Plays `flock` in a window, or on every monitor, until somebody leaves, or `options.for_` has passed.
///
/// Blocks. Call it on the main thread, except on Linux, where any thread will do; once in the life
/// of the process, which is all the window system allows. `on_event` hears of votes and clips, broken ones too.
///
/// # Errors
///
/// [`PlayError`]; each message is a sentence for the person in front of the program.
pub fn play(
    flock: impl Into<Flock>,
    mut on_event: impl FnMut(PlayEvent),
    options: &PlayOptions,
) -> Result<PlayReport, PlayError> {
    let started = Instant::now();
    give_back_what_is_large();
    let flock = flock.into();
    if flock.clips.is_empty() {
        return Err(PlayError::EmptyFlock);
    }
    let relay = Relay::start(flock)?;
    let open = move |stage: &Stage, options: &PlayOptions, teller| {
        let flock = relay.lock().unwrap_or_else(PoisonError::into_inner).flock();
        let side_max = stage.gpu.side_max();
        let (gpu, format) = (&stage.gpu, stage.format());
        let blending = !gpu.is_software();
        Ok(Film {
            playback: Playback::start(flock, options, started, side_max, teller)?,
            painter: if blending {
                Painter::new(gpu, format)
            } else {
                Painter::without_a_card(gpu, format)
            },
            blending,
            last: None,
            sheets: Sheets::default(),
        })
    };
    host::run(
        &Production::new(options, started, Work::Film, open),
        &mut on_event,
    )
}

/// A film that is on.
struct Film {
    playback: Playback,
    painter: Painter,
    /// Draw at the display's rate and blend, or once for each picture.
    blending: bool,
    /// What was drawn last, for the screenshot.
    last: Option<Moment>,
    sheets: Sheets,
}

impl Programme for Film {
    fn act(&mut self, action: Action, now: Instant) {
        self.playback.act(action, now);
    }

    fn set_hidden(&mut self, hidden: bool, now: Instant) {
        self.playback.set_hidden(hidden, now);
    }

    fn draw(&mut self, stage: &mut Stage, now: Instant) -> Result<Option<Instant>, PlayError> {
        let Some(mut moment) = self.playback.tick(now)? else {
            return Ok(Some(now + FIRST_LOOK));
        };
        if !self.blending {
            moment.blend = 0.0;
        }
        let panels = self.playback.new_panels(stage.size(), now);
        self.painter
            .set_panels(&stage.gpu, panels.each_ref().map(Option::as_ref));
        self.sheets.renew(panels);
        let is_first = !stage.is_revealed();
        stage.reveal();
        let shown = match self.playback.scene(&moment, now) {
            Some(scene) => stage.show(|gpu, view, size| {
                self.painter.paint(gpu, view, size, &scene);
            })?,
            None => Shown::NotNow,
        };
        self.last = Some(moment);
        if shown == Shown::NotNow {
            return Ok(Some(now + RETRY));
        }
        self.playback.presented()?;
        if is_first {
            give_back_what_is_free();
        }
        // Presenting waits for the display, so drawing again at once is drawing at its rate.
        if self.blending && !self.playback.is_stopped() {
            return Ok(Some(now));
        }
        Ok(self.playback.next_look(&moment, now))
    }

    fn finish(self, stage: &Stage, options: &PlayOptions) -> Result<PlayReport, PlayError> {
        if let (Some(path), Some(moment)) = (&options.screenshot, &self.last)
            && let Some(scene) = self.playback.scene(moment, Instant::now())
        {
            screenshot(stage, path, |gpu, view, size| {
                let mut painter = Painter::new(gpu, SCREENSHOT);
                painter.set_panels(gpu, self.sheets.panels());
                painter.paint(gpu, view, size, &scene);
            })?;
        }
        self.playback.finish()
    }
}
