//! The projection's thread: from the walk's decisions to pictures, one after the other.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender};
use std::time::{Duration, Instant};

use tracing::warn;

use crate::flock::{LocalClip, PlayError, PlayEvent};
use crate::frames::{Frame, Spares};
use crate::projection::{Command, Picture};
use crate::reel::{Reel, Shot};
use crate::roll::Roll;
use crate::showing::{Ending, Fading, Showing};
use crate::tape::Tape;
use crate::timeline::Timed;
use crate::walk::{Step, Walk};

/// The thread's ends of the channels between it and the window.
pub(crate) struct Ends {
    pub(crate) pictures: SyncSender<Timed<Picture>>,
    pub(crate) commands: Receiver<Command>,
    pub(crate) events: Sender<PlayEvent>,
    /// Each a list of all clips, in place of the one before.
    pub(crate) changes: Receiver<Vec<LocalClip>>,
}

/// Who chose the next clip.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Walk,
    TapeForward,
    TapeBack,
}

/// The clip that comes next.
struct Upcoming {
    step: Step,
    origin: Origin,
    /// Open once it is near.
    reel: Option<Reel>,
}

/// Pictures before its first one at which the next clip is opened: time enough to choose another should it not be readable,
/// and no more, for an open clip of 1080p takes 60 MB.
const NEAR: u32 = 45;

/// The window has gone.
struct WindowGone;

pub(crate) struct Projector {
    roll: Roll,
    walk: Walk,
    tape: Tape,
    side_max: u32,
    spares: Spares,
    started: Instant,
    ends: Ends,
    /// The last clip that could not be played, and why.
    last_failure: String,
    showings: u64,
    numbered: u64,
}

impl Projector {
    pub(crate) fn new(flock: Vec<LocalClip>, rng_seed: u64, side_max: u32, ends: Ends) -> Self {
        let mut roll = Roll::default();
        let walk = Walk::new(&flock, rng_seed);
        roll.call(flock);
        Self {
            roll,
            walk,
            tape: Tape::default(),
            side_max,
            spares: Spares::default(),
            started: Instant::now(),
            ends,
            last_failure: "the list of clips became empty".to_owned(),
            showings: 0,
            numbered: 0,
        }
    }

    /// Plays until the window has gone.
    ///
    /// # Errors
    ///
    /// [`PlayError::NoReadableClip`] when nothing is left to play, [`PlayError::Thread`] when the
    /// system has no thread left.
    pub(crate) fn run(mut self) -> Result<(), PlayError> {
        let mut upcoming = self.line_up()?;
        let mut leaving: Option<(Showing, Ending)> = None;
        loop {
            let join = upcoming.step.join;
            let Some(mut showing) = self.begin(upcoming)? else {
                upcoming = self.line_up()?;
                continue;
            };
            let mut next = self.line_up()?;
            let length = showing.left();
            let mut fading = leaving
                .take()
                .and_then(|(left, ending)| left.fade_out(ending, join, length));
            let ending = loop {
                if self.obey(&mut showing, &mut next)? {
                    break Ending::Jump;
                }
                self.hear_of_changes(&mut next)?;
                self.open_if_near(&mut next, &showing)?;
                self.replace_if_unreadable(&mut next)?;
                match showing.advance() {
                    Shot::Frame(index, frame) => {
                        if self.show(&showing, index, frame, &mut fading).is_err() {
                            return Ok(());
                        }
                    }
                    Shot::End => break Ending::Seam,
                    Shot::Failed(reason) => {
                        self.give_up(showing.clip, &reason);
                        self.replace_if_gone(&mut next)?;
                        break Ending::Broken;
                    }
                }
            };
            leaving = Some((showing, ending));
            upcoming = next;
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Decides what comes next.
    fn line_up(&mut self) -> Result<Upcoming, PlayError> {
        let (step, origin) = match self.tape.after() {
            Some(clip) => (self.walk.step(clip), Origin::TapeForward),
            None => match self.walk.plan(self.now()) {
                Some(step) => (step, Origin::Walk),
                None => {
                    return Err(PlayError::NoReadableClip {
                        last: self.last_failure.clone(),
                    });
                }
            },
        };
        Ok(Upcoming {
            step,
            origin,
            reel: None,
        })
    }

    /// Opens what comes next when it is near.
    fn open_if_near(&self, next: &mut Upcoming, showing: &Showing) -> io::Result<()> {
        if next.reel.is_none() && showing.left() <= NEAR {
            next.reel = Some(self.open(next.step)?);
        }
        Ok(())
    }

    fn open(&self, step: Step) -> io::Result<Reel> {
        let clip = self.roll.clip(step.clip);
        Reel::open(&clip.path, clip.is_loop(), self.side_max, &self.spares)
    }

    /// Puts `upcoming` on; `None` if its file cannot be read.
    fn begin(&mut self, upcoming: Upcoming) -> io::Result<Option<Showing>> {
        let Upcoming { step, origin, reel } = upcoming;
        let mut reel = match reel {
            Some(reel) => reel,
            None => self.open(step)?,
        };
        let (header, first) = match reel.first() {
            Ok(first) => first,
            Err(reason) => {
                self.give_up(step.clip, &reason);
                return Ok(None);
            }
        };
        self.walk.enter(step.clip, self.now());
        match origin {
            Origin::Walk => self.tape.record(step.clip),
            Origin::TapeForward => self.tape.wind_forward(),
            Origin::TapeBack => self.tape.wind_back(),
        }
        self.showings += 1;
        Ok(Some(Showing {
            clip: step.clip,
            reel,
            header,
            rounds: step.rounds,
            place: 0,
            last: Arc::clone(&first),
            first: Some(first),
        }))
    }

    /// Carries out what the window asked for. Returns whether the clip on the screen has to go at
    /// once.
    fn obey(&mut self, showing: &mut Showing, next: &mut Upcoming) -> Result<bool, PlayError> {
        match self.ends.commands.try_recv() {
            Err(_) => Ok(false),
            Ok(Command::Next) => Ok(true),
            Ok(Command::Previous) => {
                let Some(clip) = self.tape.before() else {
                    return Ok(false);
                };
                *next = Upcoming {
                    step: self.walk.step(clip),
                    origin: Origin::TapeBack,
                    reel: None,
                };
                Ok(true)
            }
            Ok(Command::Leave(sheep)) => {
                if self.walk.leave_sheep(&sheep) {
                    showing.rounds = showing.rounds.min(1);
                    self.trim_tape();
                    *next = self.line_up()?;
                }
                Ok(false)
            }
        }
    }

    /// Takes in new lists of clips. The clip on the screen goes on to its seam in any case, from
    /// memory; the one lined up stays as long as it is on the list.
    fn hear_of_changes(&mut self, next: &mut Upcoming) -> Result<(), PlayError> {
        let mut changed = false;
        while let Ok(flock) = self.ends.changes.try_recv() {
            self.roll.call(flock);
            changed = true;
        }
        if changed {
            self.walk.renew(&self.roll);
            self.trim_tape();
            self.replace_if_gone(next)?;
        }
        Ok(())
    }

    /// Chooses another next clip if the one lined up has left the flock.
    fn replace_if_gone(&mut self, next: &mut Upcoming) -> Result<(), PlayError> {
        if !self.walk.contains(next.step.clip) {
            *next = self.line_up()?;
        }
        Ok(())
    }

    /// Chooses another next clip while there is time, if the one lined up turns out unreadable.
    fn replace_if_unreadable(&mut self, next: &mut Upcoming) -> Result<(), PlayError> {
        let failure = next.reel.as_mut().and_then(Reel::early_failure);
        if let Some(reason) = failure {
            self.give_up(next.step.clip, &reason);
            *next = self.line_up()?;
        }
        Ok(())
    }

    /// Takes out a clip that cannot be played, and tells of it once.
    fn give_up(&mut self, clip: usize, reason: &str) {
        let path = self.roll.clip(clip).path.clone();
        self.last_failure = format!("{}: {reason}", path.display());
        if self.roll.strike(clip) {
            warn!(clip = %path.display(), reason, "Passed over a clip that cannot be played: {}", self.last_failure);
            // Without a window there is nobody to tell.
            drop(self.ends.events.send(PlayEvent::Broken {
                path,
                reason: reason.to_owned(),
            }));
        }
        self.walk.remove_clip(clip);
        self.trim_tape();
    }

    /// Cuts clips that left the flock out of the tape.
    fn trim_tape(&mut self) {
        let walk = &self.walk;
        self.tape.keep(|clip| walk.contains(clip));
    }

    /// Hands a picture to the window, over the one that is fading out.
    fn show(
        &mut self,
        showing: &Showing,
        index: u32,
        frame: Arc<Frame>,
        fading: &mut Option<Fading>,
    ) -> Result<(), WindowGone> {
        let (under, share) = match fading {
            Some(fade) => (Some(fade.next()), fade.share()),
            None => (None, 1.0),
        };
        fading.take_if(|fade| fade.is_over());
        self.numbered += 1;
        let picture = Picture {
            frame,
            under,
            share,
            clip: Arc::clone(self.roll.clip(showing.clip)),
            showing: self.showings,
            index,
            frames: showing.header.frames,
            number: self.numbered,
        };
        let lasts = showing.header.lasts;
        self.ends
            .pictures
            .send(Timed { picture, lasts })
            .map_err(|_| WindowGone)
    }
}
