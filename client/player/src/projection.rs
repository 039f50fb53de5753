//! The projection: clips in, an endless row of pictures out, on a thread of its own.
//!
//! ```text
//! changes of the flock -> roll -> walk, tape -> which clip next
//! reel (on)     -\
//! reel (next)    +-> projector -> queue of 4 pictures -> window
//! reel (fading) -/       ^------- commands ------------/
//! ```
//!
//! The next clip is decided as soon as one begins, a whole clip ahead, and opened when it is near. A file that turns
//! out to be unreadable is passed over, told once and leaves the flock; if the clip on the screen
//! breaks in the middle, its last picture is held while the next one fades in. The queue is
//! bounded, so a paused or hidden window stops the decoding too.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel, sync_channel};
use std::thread;

use crate::evening::Listing;
use crate::flock::{LocalClip, PlayError, PlayEvent};
use crate::frames::Frame;
use crate::projector::{Ends, Projector};
use crate::timeline::Timed;

/// Pictures waiting for the screen: an eighth of a second at 30 a second. One of 1080p takes 6 MB.
const QUEUE: usize = 4;

/// A picture of the film, ready for the screen.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(crate) frame: Arc<Frame>,
    /// In a cross-fade, the picture under it.
    pub(crate) under: Option<Arc<Frame>>,
    /// Share of `frame` over `under`; 1 outside cross-fades.
    pub(crate) share: f32,
    pub(crate) clip: Arc<LocalClip>,
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
    events: Receiver<PlayEvent>,
    thread: Option<thread::JoinHandle<Result<(), PlayError>>>,
}

impl Projection {
    /// Starts playing the clips of `listing` into the queue.
    ///
    /// # Errors
    ///
    /// When the system has no thread left.
    pub(crate) fn start(listing: Listing, rng_seed: u64, side_max: u32) -> io::Result<Self> {
        let (picture_sender, pictures) = sync_channel(QUEUE);
        let (commands, command_receiver) = channel();
        let (event_sender, events) = channel();
        let ends = Ends {
            pictures: picture_sender,
            commands: command_receiver,
            events: event_sender,
            changes: listing.changes,
        };
        let projector = Projector::new(listing.clips, rng_seed, side_max, ends);
        let thread = thread::Builder::new()
            .name("projection".to_owned())
            .spawn(move || projector.run())?;
        Ok(Self {
            pictures,
            commands,
            events,
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

    /// What happened to the clips since the last call; after the film has ended, the rest.
    pub(crate) fn events(&self) -> impl Iterator<Item = PlayEvent> {
        self.events.try_iter()
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

#[cfg(test)]
mod tests;
