//! One open clip, decoded a little ahead by a thread of its own.
//!
//! Opening returns at once. The thread reads the file, checks it, decodes the first pictures and
//! then waits until they are taken, so a clip that was opened ahead has its first picture ready at
//! the seam. A loop goes round for ever; an edge ends after its last picture. Dropping the reel
//! ends the thread at its next picture.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use woolgather_video::{ClipReader, DecodedFrame};

use crate::frames::{Frame, Spares};

/// Pictures decoded ahead of the one that is taken, beside the one in hand; each 1920x1080 one is 6.2 MB.
const AHEAD: usize = 1;

/// What a reel says when its thread stopped without a word, which only a fault of ours can cause.
const ENDED_EARLY: &str = "its decoding thread stopped";

/// What a clip says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) frames: u32,
    /// How long one picture stays.
    pub(crate) lasts: Duration,
}

/// What the thread sends: one header, then frames, then at most one failure.
enum Message {
    Opened(Header),
    Frame(u32, Frame),
    Failed(String),
}

/// What a reel yields.
#[derive(Debug)]
pub(crate) enum Shot {
    /// A picture and its place in the clip.
    Frame(u32, Arc<Frame>),
    /// The edge is over.
    End,
    /// The file cannot be read any further, and why.
    Failed(String),
}

/// A clip being decoded.
#[derive(Debug)]
pub(crate) struct Reel {
    messages: Receiver<Message>,
    header: Option<Header>,
}

impl Reel {
    /// Starts reading `path`; `endless` makes it begin again after its last picture. A picture with
    /// a side above `side_max` is refused.
    ///
    /// # Errors
    ///
    /// When the system has no thread left.
    pub(crate) fn open(
        path: &Path,
        endless: bool,
        side_max: u32,
        spares: &Spares,
    ) -> io::Result<Self> {
        let (sender, messages) = sync_channel(AHEAD);
        let path = PathBuf::from(path);
        let spares = spares.clone();
        thread::Builder::new()
            .name("reel".to_owned())
            .spawn(move || {
                if let Err(Stop::Failed(reason)) = run(&path, endless, side_max, &spares, &sender) {
                    // Nobody listens any more: the reel was dropped, and its failure with it.
                    drop(sender.send(Message::Failed(reason)));
                }
            })?;
        Ok(Self {
            messages,
            header: None,
        })
    }

    /// The clip's header and its first picture; waits for them.
    ///
    /// # Errors
    ///
    /// Why it cannot be played, in words.
    pub(crate) fn first(&mut self) -> Result<(Header, Arc<Frame>), String> {
        let header = match self.header {
            Some(header) => header,
            None => match self.messages.recv() {
                Ok(message) => self.note_header(message)?,
                Err(_) => return Err(ENDED_EARLY.to_owned()),
            },
        };
        match self.next() {
            Shot::Frame(_, frame) => Ok((header, frame)),
            Shot::Failed(reason) => Err(reason),
            Shot::End => Err(ENDED_EARLY.to_owned()),
        }
    }

    /// Why it cannot be played, if that is known already; does not wait.
    pub(crate) fn early_failure(&mut self) -> Option<String> {
        if self.header.is_some() {
            return None;
        }
        let message = self.messages.try_recv().ok()?;
        self.note_header(message).err()
    }

    /// The next picture after [`Reel::first`]; waits for it.
    pub(crate) fn next(&mut self) -> Shot {
        match self.messages.recv() {
            Ok(Message::Frame(index, frame)) => Shot::Frame(index, Arc::new(frame)),
            Ok(Message::Failed(reason)) => Shot::Failed(reason),
            Ok(Message::Opened(_)) | Err(_) => Shot::End,
        }
    }

    fn note_header(&mut self, message: Message) -> Result<Header, String> {
        match message {
            Message::Opened(header) => {
                self.header = Some(header);
                Ok(header)
            }
            Message::Failed(reason) => Err(reason),
            Message::Frame(..) => Err(ENDED_EARLY.to_owned()),
        }
    }
}

/// Why the thread stops early.
enum Stop {
    /// The reel was dropped.
    Dropped,
    /// The clip cannot be read.
    Failed(String),
}

impl<E: std::error::Error> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

/// How many threads decode a clip: one keeps up with 1080p at 60 frames a second, and each further one takes as much memory
/// again.
fn threads(clip: &ClipReader) -> u32 {
    /// Pixels a second that one thread is good for.
    const ONE_THREAD: u64 = 1920 * 1080 * 60;
    let pixels = u64::from(clip.width()) * u64::from(clip.height()) * u64::from(clip.fps());
    pixels.div_ceil(ONE_THREAD).clamp(1, 4) as u32
}

fn run(
    path: &Path,
    endless: bool,
    side_max: u32,
    spares: &Spares,
    sender: &SyncSender<Message>,
) -> Result<(), Stop> {
    let send = |message| sender.send(message).map_err(|_| Stop::Dropped);
    let clip = ClipReader::open(File::open(path)?)?;
    if clip.width().max(clip.height()) > side_max {
        return Err(Stop::Failed(format!(
            "it is {}x{}, this graphics adapter takes {side_max} at most",
            clip.width(),
            clip.height(),
        )));
    }
    send(Message::Opened(Header {
        frames: clip.frames(),
        lasts: Duration::from_secs(1) / clip.fps().max(1),
    }))?;
    let mut decoder = clip.decoder_on(threads(&clip))?;
    loop {
        for index in 0..clip.frames() {
            let mut frame = spares.frame();
            if !decoder.next_into(&mut frame)? {
                return Err(Stop::Failed(format!("it ends before picture {index}")));
            }
            send(Message::Frame(index, frame))?;
        }
        if !endless {
            return Ok(());
        }
        // Draining the decoder is what makes the next round start without a new one.
        if decoder.next_into(&mut DecodedFrame::default())? {
            return Err(Stop::Failed("it has more pictures than it says".to_owned()));
        }
        decoder.restart()?;
    }
}
