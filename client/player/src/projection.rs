//! The projection: clips in, an endless row of pictures out, on a thread of its own.
//!
//! ```text
//! walk, tape -> which clip next
//! reel (on)     -\
//! reel (next)    +-> projection -> queue of 8 pictures -> window
//! reel (fading) -/        ^------- commands ------------/
//! ```
//!
//! The next clip is decided and opened as soon as one begins, a whole clip ahead. A file that turns
//! out to be unreadable is passed over with a warning and leaves the flock; if the clip on the
//! screen breaks in the middle, its last picture is held while the next one fades in. The queue is
//! bounded, so a paused or hidden window stops the decoding too.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tracing::warn;
use woolgather_video::DecodedFrame;

use crate::flock::{LocalClip, PlayError};
use crate::reel::{Header, Reel, Shot};
use crate::tape::Tape;
use crate::timeline::Timed;
use crate::walk::{Join, Step, Walk};

/// Pictures waiting for the screen: a quarter of a second at 30 a second.
const QUEUE: usize = 8;
/// Length of a cross-fade between clips that do not meet.
const FADE_FRAMES: u32 = 60;
/// Length of a cross-fade that somebody asked for with a key.
const JUMP_FRAMES: u32 = 15;

/// A picture of the film, ready for the screen.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(crate) frame: Arc<DecodedFrame>,
    /// In a cross-fade, the picture under it.
    pub(crate) under: Option<Arc<DecodedFrame>>,
    /// Share of `frame` over `under`; 1 outside cross-fades.
    pub(crate) share: f32,
    /// The clip's place in the flock.
    pub(crate) clip: usize,
    /// Counts the clips that came on, this one included.
    pub(crate) showing: u64,
    /// Place in the clip, and how many it has.
    pub(crate) index: u32,
    pub(crate) frames: u32,
    /// Counts all pictures, so that each has a number of its own.
    pub(crate) number: u64,
}

/// What the window may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Back to the clip before, at once.
    Previous,
    /// On to the next clip, at once.
    Next,
    /// Away from this sheep at the next seam, and never back.
    Leave(String),
}

/// The window's end of the projection.
#[derive(Debug)]
pub(crate) struct Projection {
    pictures: Receiver<Timed<Picture>>,
    commands: Sender<Command>,
    thread: Option<thread::JoinHandle<Result<(), PlayError>>>,
}

impl Projection {
    /// Starts playing `flock` into the queue.
    ///
    /// # Errors
    ///
    /// When the system has no thread left.
    pub(crate) fn start(flock: Arc<[LocalClip]>, rng_seed: u64, side_max: u32) -> io::Result<Self> {
        let (picture_sender, pictures) = sync_channel(QUEUE);
        let (commands, command_receiver) = channel();
        let projector = Projector {
            walk: Walk::new(&flock, rng_seed),
            tape: Tape::default(),
            flock,
            side_max,
            started: Instant::now(),
            pictures: picture_sender,
            commands: command_receiver,
            last_failure: String::new(),
            showings: 0,
            numbered: 0,
        };
        let thread = thread::Builder::new()
            .name("projection".to_owned())
            .spawn(move || projector.run())?;
        Ok(Self {
            pictures,
            commands,
            thread: Some(thread),
        })
    }

    /// The next picture, if it is ready.
    ///
    /// # Errors
    ///
    /// Why the film has ended; it does so only when no clip can be read.
    pub(crate) fn poll(&mut self) -> Result<Option<Timed<Picture>>, PlayError> {
        match self.pictures.try_recv() {
            Ok(picture) => Ok(Some(picture)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(self.end()),
        }
    }

    /// Asks for something; takes effect after the pictures already in the queue.
    pub(crate) fn command(&self, command: Command) {
        // A projection that has ended says so at the next poll.
        drop(self.commands.send(command));
    }

    fn end(&mut self) -> PlayError {
        let result = self.thread.take().map(thread::JoinHandle::join);
        match result {
            Some(Ok(Err(error))) => error,
            _ => PlayError::NoReadableClip {
                last: "the decoding thread stopped".to_owned(),
            },
        }
    }
}

/// The clip that is on.
struct Showing {
    clip: usize,
    reel: Reel,
    header: Header,
    /// Rounds left, this one included.
    rounds: u32,
    /// The first picture, which was taken to see that the file can be read.
    first: Option<Arc<DecodedFrame>>,
    last: Arc<DecodedFrame>,
}

/// How the time of a clip on the screen came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// All its rounds were shown.
    Seam,
    /// Somebody pressed a key.
    Jump,
    /// Its file broke in the middle.
    Broken,
}

/// The clip that is being faded out.
struct Fading {
    reel: Reel,
    last: Arc<DecodedFrame>,
    /// Pictures of the fade, all and left.
    length: u32,
    left: u32,
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
    reel: Reel,
}

/// The window has gone.
struct WindowGone;

struct Projector {
    flock: Arc<[LocalClip]>,
    walk: Walk,
    tape: Tape,
    side_max: u32,
    started: Instant,
    pictures: SyncSender<Timed<Picture>>,
    commands: Receiver<Command>,
    last_failure: String,
    showings: u64,
    numbered: u64,
}

impl Projector {
    fn run(mut self) -> Result<(), PlayError> {
        let mut upcoming = self.line_up()?;
        let mut leaving: Option<(Showing, Ending)> = None;
        loop {
            let join = upcoming.step.join;
            let Some(mut showing) = self.begin(upcoming) else {
                upcoming = self.line_up()?;
                continue;
            };
            let mut next = self.line_up()?;
            let mut fading = leaving
                .take()
                .and_then(|(left, ending)| left.fade_out(ending, join));
            let ending = loop {
                if self.obey(&mut showing, &mut next)? {
                    break Ending::Jump;
                }
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

    /// Decides what comes next and opens it.
    fn line_up(&mut self) -> Result<Upcoming, PlayError> {
        if let Some(clip) = self.tape.after() {
            return self.open(self.walk.step(clip), Origin::TapeForward);
        }
        match self.walk.plan(self.now()) {
            Some(step) => self.open(step, Origin::Walk),
            None => Err(PlayError::NoReadableClip {
                last: self.last_failure.clone(),
            }),
        }
    }

    fn open(&self, step: Step, origin: Origin) -> Result<Upcoming, PlayError> {
        let clip = &self.flock[step.clip];
        let reel = Reel::open(&clip.path, clip.is_loop(), self.side_max)?;
        Ok(Upcoming { step, origin, reel })
    }

    /// Puts `upcoming` on; `None` if its file cannot be read.
    fn begin(&mut self, upcoming: Upcoming) -> Option<Showing> {
        let Upcoming {
            step,
            origin,
            mut reel,
        } = upcoming;
        let (header, first) = match reel.first() {
            Ok(first) => first,
            Err(reason) => {
                self.give_up(step.clip, &reason);
                return None;
            }
        };
        self.walk.enter(step.clip, self.now());
        match origin {
            Origin::Walk => self.tape.record(step.clip),
            Origin::TapeForward => self.tape.wind_forward(),
            Origin::TapeBack => self.tape.wind_back(),
        }
        self.showings += 1;
        Some(Showing {
            clip: step.clip,
            reel,
            header,
            rounds: step.rounds,
            last: Arc::clone(&first),
            first: Some(first),
        })
    }

    /// Carries out what the window asked for. Returns whether the clip on the screen has to go at
    /// once.
    fn obey(&mut self, showing: &mut Showing, next: &mut Upcoming) -> Result<bool, PlayError> {
        match self.commands.try_recv() {
            Err(_) => Ok(false),
            Ok(Command::Next) => Ok(true),
            Ok(Command::Previous) => {
                let Some(clip) = self.tape.before() else {
                    return Ok(false);
                };
                *next = self.open(self.walk.step(clip), Origin::TapeBack)?;
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

    /// Chooses another next clip while there is time, if the one lined up turns out unreadable.
    fn replace_if_unreadable(&mut self, next: &mut Upcoming) -> Result<(), PlayError> {
        if let Some(reason) = next.reel.early_failure() {
            self.give_up(next.step.clip, &reason);
            *next = self.line_up()?;
        }
        Ok(())
    }

    fn give_up(&mut self, clip: usize, reason: &str) {
        let path = self.flock[clip].path.display();
        warn!(clip = %path, reason, "Passed over a clip that cannot be played: {path}: {reason}");
        self.last_failure = format!("{path}: {reason}");
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
        frame: Arc<DecodedFrame>,
        fading: &mut Option<Fading>,
    ) -> Result<(), WindowGone> {
        let (under, share) = match fading {
            Some(fade) => (Some(fade.next()), fade.share()),
            None => (None, 1.0),
        };
        if fading.as_ref().is_some_and(|fade| fade.left == 0) {
            *fading = None;
        }
        self.numbered += 1;
        let picture = Picture {
            frame,
            under,
            share,
            clip: showing.clip,
            showing: self.showings,
            index,
            frames: showing.header.frames,
            number: self.numbered,
        };
        let lasts = showing.header.lasts;
        self.pictures
            .send(Timed { picture, lasts })
            .map_err(|_| WindowGone)
    }
}

impl Showing {
    /// The next picture, or the end when all rounds were shown.
    fn advance(&mut self) -> Shot {
        if self.rounds == 0 {
            return Shot::End;
        }
        let shot = match self.first.take() {
            Some(first) => Shot::Frame(0, first),
            None => self.reel.next(),
        };
        if let Shot::Frame(index, frame) = &shot {
            self.last = Arc::clone(frame);
            if index + 1 == self.header.frames {
                self.rounds -= 1;
            }
        }
        shot
    }

    /// Turns it into the lower picture of a fade, where one is needed: at a seam only if the next
    /// clip does not meet this one, and always if it has to go in the middle.
    fn fade_out(self, ending: Ending, join: Join) -> Option<Fading> {
        let length = match (ending, join) {
            (Ending::Seam, Join::Seamless) => return None,
            (Ending::Jump, _) => JUMP_FRAMES,
            (Ending::Seam | Ending::Broken, _) => FADE_FRAMES,
        };
        Some(Fading {
            last: self.last,
            reel: self.reel,
            length,
            left: length,
        })
    }
}

impl Fading {
    /// Its next picture: the clip moves on under the fade, and stands still where it is over.
    fn next(&mut self) -> Arc<DecodedFrame> {
        if let Shot::Frame(_, frame) = self.reel.next() {
            self.last = frame;
        }
        self.left = self.left.saturating_sub(1);
        Arc::clone(&self.last)
    }

    /// Share of the upper picture: from just above 0 to just below 1, smoothly at both ends.
    fn share(&self) -> f32 {
        let done = (self.length - self.left) as f32 / (self.length + 1) as f32;
        done * done * (3.0 - 2.0 * done)
    }
}
