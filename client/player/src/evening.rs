//! An evening of the flock: films while there are some, and flames drawn live while there are none.
//!
//! ```text
//! clips here --- none can be read ---> flames
//!     ^------- other clips came ----------'
//! ```
//!
//! Both are shown in the same windows, so that nothing flickers in between. Each window has an evening of its own.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::film::Film;
use crate::flock::{LiveSheep, LocalClip, PlayError, PlayEvent, PlayOptions, PlayReport};
use crate::frame_log::FrameLog;
use crate::gpu::Work;
use crate::host;
use crate::live::Live;
use crate::memory::give_back_what_is_large;
use crate::performance::{Action, Production, Programme, Teller};
use crate::stage::Stage;

/// The clips to play, news of them, and what there is instead.
#[derive(Debug)]
pub struct Flock {
    /// The clips there are at the start.
    pub clips: Vec<LocalClip>,
    /// Whenever clips came or went: the list of all clips, in place of the one before. It is taken
    /// in at once and shows from the next seam on; what the film remembers of the other clips
    /// stays. The clip on the screen plays to its end, so a file may go once the list is sent.
    pub changes: Receiver<Vec<LocalClip>>,
    /// What is drawn live while no clip can be played; where there is none, that is the end.
    pub instead: Vec<LiveSheep>,
}

impl From<Vec<LocalClip>> for Flock {
    /// Clips that stay as they are.
    fn from(clips: Vec<LocalClip>) -> Self {
        let (_, changes) = channel();
        Self {
            clips,
            changes,
            instead: Vec::new(),
        }
    }
}

/// The clips of one window, and news of them.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) clips: Vec<LocalClip>,
    pub(crate) changes: Receiver<Vec<LocalClip>>,
}

/// Hands the clips, and news of them, to every window.
struct Relay {
    /// The list as last heard of.
    clips: Vec<LocalClip>,
    windows: Vec<Sender<Vec<LocalClip>>>,
}

impl Relay {
    /// Passes the news on, on a thread of its own, for as long as there may be some.
    fn start(
        clips: Vec<LocalClip>,
        changes: Receiver<Vec<LocalClip>>,
    ) -> Result<Arc<Mutex<Self>>, PlayError> {
        let relay = Arc::new(Mutex::new(Self {
            clips,
            windows: Vec::new(),
        }));
        let news = Arc::clone(&relay);
        let thread = std::thread::Builder::new().name("news of clips".into());
        thread.spawn(move || {
            while let Ok(clips) = changes.recv() {
                let mut relay = news.lock().unwrap_or_else(PoisonError::into_inner);
                relay
                    .windows
                    .retain(|window| window.send(clips.clone()).is_ok());
                relay.clips = clips;
            }
        })?;
        Ok(relay)
    }

    /// The clips for another window.
    fn listing(&mut self) -> Listing {
        let (window, changes) = channel();
        self.windows.push(window);
        Listing {
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
    let Flock {
        clips,
        changes,
        instead,
    } = flock.into();
    if clips.is_empty() && instead.is_empty() {
        return Err(PlayError::EmptyFlock);
    }
    let work = if clips.is_empty() {
        Work::Render
    } else {
        Work::Film
    };
    let relay = Relay::start(clips, changes)?;
    let instead: Arc<[LiveSheep]> = instead.into();
    let open = move |_: &Stage, options: &PlayOptions, teller| {
        Ok(Evening {
            relay: Arc::clone(&relay),
            instead: Arc::clone(&instead),
            options: options.clone(),
            teller,
            started,
            log: FrameLog::wanted(options)?,
            on: On::Nothing,
            earlier: PlayReport::default(),
            hidden: false,
        })
    };
    host::run(
        &Production::new(options, started, work, open),
        &mut on_event,
    )
}

/// What is on.
enum On {
    Films(Box<Film>),
    /// And where to hear of clips.
    Flames(Box<Live>, Receiver<Vec<LocalClip>>),
    /// Not yet, or nothing could be made to follow.
    Nothing,
}

/// An evening in one window.
struct Evening {
    relay: Arc<Mutex<Relay>>,
    instead: Arc<[LiveSheep]>,
    options: PlayOptions,
    teller: Teller,
    started: Instant,
    /// While nothing is on.
    log: Option<FrameLog>,
    on: On,
    /// What was on before.
    earlier: PlayReport,
    hidden: bool,
}

impl Programme for Evening {
    fn act(&mut self, action: Action, now: Instant) {
        match &mut self.on {
            On::Films(film) => film.act(action, now),
            On::Flames(live, _) => live.act(action, now),
            On::Nothing => {}
        }
    }

    fn set_hidden(&mut self, hidden: bool, now: Instant) {
        self.hidden = hidden;
        match &mut self.on {
            On::Films(film) => film.set_hidden(hidden, now),
            On::Flames(live, _) => live.set_hidden(hidden, now),
            On::Nothing => {}
        }
    }

    fn draw(&mut self, stage: &mut Stage, now: Instant) -> Result<Option<Instant>, PlayError> {
        match &mut self.on {
            On::Nothing => {
                let listing = self.listing();
                if listing.clips.is_empty() && !self.instead.is_empty() {
                    self.begin_flames(stage, listing)?;
                } else {
                    self.begin_films(stage, listing)?;
                }
            }
            On::Films(film) => match film.draw(stage, now) {
                Err(PlayError::NoReadableClip { last }) if !self.instead.is_empty() => {
                    self.end();
                    let listing = self.listing();
                    let missing = PlayError::NoReadableClip { last: last.clone() };
                    // Where nothing can draw flames either, it is the films that are missing.
                    self.begin_flames(stage, listing).map_err(|_| missing)?;
                    self.teller.tell(PlayEvent::NoFilms { reason: last });
                }
                drawn => return drawn,
            },
            On::Flames(live, changes) => {
                let clips = changes.try_iter().last();
                if clips.is_none_or(|clips| clips.is_empty()) {
                    return live.draw(stage, now);
                }
                self.end();
                let listing = self.listing();
                self.begin_films(stage, listing)?;
            }
        }
        self.set_hidden(self.hidden, now);
        Ok(Some(now))
    }

    fn finish(self, stage: &Stage, options: &PlayOptions) -> Result<PlayReport, PlayError> {
        let last = match self.on {
            On::Films(film) => film.finish(stage, options)?,
            On::Flames(live, _) => live.finish(stage, options)?,
            On::Nothing => PlayReport::default(),
        };
        Ok(last.after(self.earlier))
    }
}

impl Evening {
    /// The clips as they are now.
    fn listing(&self) -> Listing {
        let mut relay = self.relay.lock().unwrap_or_else(PoisonError::into_inner);
        relay.listing()
    }

    /// Ends what is on; the window keeps its last picture.
    fn end(&mut self) {
        let (report, log) = match std::mem::replace(&mut self.on, On::Nothing) {
            On::Films(film) => film.end(),
            On::Flames(live, _) => live.end(),
            On::Nothing => return,
        };
        self.log = log;
        self.earlier = report.after(self.earlier);
    }

    fn begin_films(&mut self, stage: &Stage, listing: Listing) -> Result<(), PlayError> {
        let (teller, log) = (self.teller.clone(), self.log.take());
        let film = Film::new(stage, listing, &self.options, self.started, teller, log)?;
        self.on = On::Films(Box::new(film));
        Ok(())
    }

    fn begin_flames(&mut self, stage: &mut Stage, listing: Listing) -> Result<(), PlayError> {
        stage.turn_to(Work::Render)?;
        let (teller, log) = (self.teller.clone(), self.log.take());
        let sheep = Arc::clone(&self.instead);
        let live = Live::new(stage, sheep, &self.options, self.started, teller, log)?;
        self.on = On::Flames(Box::new(live), listing.changes);
        Ok(())
    }
}
