//! A clip on the screen, from its first picture to its last, and the clip that fades out under it.

use std::sync::Arc;

use crate::frames::Frame;
use crate::reel::{Header, Reel, Shot};
use crate::walk::Join;

/// Length of a cross-fade between clips that do not meet; all of the next clip, where it is shorter.
const FADE_FRAMES: u32 = 60;
/// Length of a cross-fade that somebody asked for with a key.
const JUMP_FRAMES: u32 = 15;

/// The clip that is on.
pub(crate) struct Showing {
    pub(crate) clip: usize,
    pub(crate) reel: Reel,
    pub(crate) header: Header,
    /// Rounds left, this one included.
    pub(crate) rounds: u32,
    /// Pictures of this round that were shown.
    pub(crate) place: u32,
    /// The first picture, which was taken to see that the file can be read.
    pub(crate) first: Option<Arc<Frame>>,
    pub(crate) last: Arc<Frame>,
}

/// How the time of a clip on the screen came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All its rounds were shown.
    Seam,
    /// Somebody pressed a key.
    Jump,
    /// Its file broke in the middle.
    Broken,
}

/// The clip that is being faded out.
pub(crate) struct Fading {
    reel: Reel,
    last: Arc<Frame>,
    /// Pictures of the fade, all and left.
    length: u32,
    left: u32,
}

impl Showing {
    /// The next picture, or the end when all rounds were shown.
    pub(crate) fn advance(&mut self) -> Shot {
        if self.rounds == 0 {
            return Shot::End;
        }
        let shot = match self.first.take() {
            Some(first) => Shot::Frame(0, first),
            None => self.reel.next(),
        };
        if let Shot::Frame(index, frame) = &shot {
            self.last = Arc::clone(frame);
            self.place = index + 1;
            if self.place == self.header.frames {
                self.place = 0;
                self.rounds -= 1;
            }
        }
        shot
    }

    /// Pictures it still shows, if nothing happens.
    pub(crate) fn left(&self) -> u32 {
        (self.rounds * self.header.frames).saturating_sub(self.place)
    }

    /// Turns it into the lower picture of a fade to a clip of so many pictures, where one is needed:
    /// at a seam only if that clip does not meet this one, and always if this has to go in the
    /// middle.
    pub(crate) fn fade_out(self, ending: Ending, join: Join, next_length: u32) -> Option<Fading> {
        let length = match (ending, join) {
            (Ending::Seam, Join::Seamless) => return None,
            (Ending::Jump, _) => JUMP_FRAMES,
            (Ending::Seam | Ending::Broken, _) => FADE_FRAMES,
        };
        let length = length.min(next_length);
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
    pub(crate) fn next(&mut self) -> Arc<Frame> {
        if let Shot::Frame(_, frame) = self.reel.next() {
            self.last = frame;
        }
        self.left = self.left.saturating_sub(1);
        Arc::clone(&self.last)
    }

    /// Share of the upper picture: from just above 0 to just below 1, smoothly at both ends.
    pub(crate) fn share(&self) -> f32 {
        let done = (self.length - self.left) as f32 / (self.length + 1) as f32;
        done * done * (3.0 - 2.0 * done)
    }
    pub(crate) fn is_over(&self) -> bool {
        self.left == 0
    }
}
