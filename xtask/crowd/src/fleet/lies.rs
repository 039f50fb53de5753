//! What those hand in who lie. The flock's sheep are black, so a lie is a frame with something on it.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use woolgather_protocol::audit::AuditReport;
use woolgather_protocol::work::WorkUnit;
use woolgather_protocol::{Blake3, ClipId, Recipe};

use crate::frames::Answers;

/// How somebody lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Another picture, and honest about its digests.
    AnotherPicture,
    /// A picture on one frame of the segment, with the digests of the right ones.
    OneFrame,
    /// Bytes that no decoder takes.
    Garbage,
    /// Right segments, but as an auditor it says that others' are wrong.
    AuditLiar,
    /// Another picture, which its friends confirm when they audit it.
    Colluder,
}

/// All ways, dealt out in turns.
pub(super) const WAYS: [Way; 5] = [
    Way::AnotherPicture,
    Way::OneFrame,
    Way::Garbage,
    Way::AuditLiar,
    Way::Colluder,
];

/// A segment of a clip: what colluders tell each other of.
type Place = (ClipId, u32, u32);

/// The lies, made once, and what colluders know.
pub(super) struct Lies {
    another: Answers,
    one_frame: Answers,
    garbage: Answers,
    /// Wrong frames of a segment with this digest.
    wrong: HashMap<Blake3, u64>,
    /// Segments that colluders handed in.
    confided: Mutex<HashSet<Place>>,
}

impl Lies {
    pub(super) fn make(recipe: &Recipe) -> anyhow::Result<Self> {
        let frames = recipe.segment_frames;
        let another = Answers::painted(recipe, &|_| true, true)?;
        let one_frame = Answers::painted(recipe, &|frame| frame == 0, false)?;
        let garbage = another.garbled();
        let wrong = HashMap::from([
            (another.segment_digest(), u64::from(frames)),
            (one_frame.segment_digest(), 1),
            (garbage.segment_digest(), u64::from(frames)),
        ]);
        Ok(Self {
            another,
            one_frame,
            garbage,
            wrong,
            confided: Mutex::default(),
        })
    }

    /// Wrong frames of a segment with this name.
    pub(super) fn wrong_frames(&self, segment: &Blake3) -> u64 {
        self.wrong.get(segment).copied().unwrap_or(0)
    }

    /// What a liar hands in for this unit; `None` where it is honest.
    pub(super) fn segment(&self, way: Way, work: &WorkUnit) -> Option<&Answers> {
        match way {
            Way::AnotherPicture => Some(&self.another),
            Way::OneFrame => Some(&self.one_frame),
            Way::Garbage => Some(&self.garbage),
            Way::AuditLiar => None,
            Way::Colluder => {
                self.confided().insert(place(work));
                Some(&self.another)
            }
        }
    }

    /// What a liar reports of this frame, counted within the segment; `None` where it is honest.
    pub(super) fn report(&self, way: Way, work: &WorkUnit, frame: usize) -> Option<&AuditReport> {
        let says_so = match way {
            Way::AuditLiar => true,
            Way::Colluder => self.confided().contains(&place(work)),
            Way::AnotherPicture | Way::OneFrame | Way::Garbage => false,
        };
        says_so.then(|| &self.another.audits[frame])
    }

    fn confided(&self) -> std::sync::MutexGuard<'_, HashSet<Place>> {
        self.confided.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(work: &WorkUnit) -> Place {
    (work.clip.clone(), work.clip_version, work.segment)
}
