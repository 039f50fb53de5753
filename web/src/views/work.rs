//! A work unit: what became of it, and what was found wrong in it.

use askama::Template;
use woolgather_protocol::submission::WorkUnitState;

use super::{Nav, Page};

/// A work unit as its volunteer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "work.html")]
pub struct WorkPage {
    /// Its sheep's title, or both.
    pub title: String,
    /// Which segment of the clip, from 0.
    pub segment: u32,
    /// The segment's first frame within the clip.
    pub first_frame: u32,
    /// Frames in the segment.
    pub frame_count: u32,
    /// How far it has come.
    pub state: WorkUnitState,
    /// Width of a frame, in pixels.
    pub width: u32,
    /// Height of a frame, in pixels.
    pub height: u32,
    /// What was found wrong, newest first.
    pub wrong: Vec<WrongFrame>,
}

/// A frame that is another picture than it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongFrame {
    /// The frame, within the clip from 0.
    pub frame: u32,
    /// What was found, in a sentence.
    pub detail: String,
    /// How long ago.
    pub seconds_ago: u64,
    /// Where the frame is as it was handed in; an address on this origin.
    pub submitted_url: String,
    /// Where it is as the coordinator rendered it.
    pub rendered_url: String,
}

impl Page for WorkPage {
    fn here(&self) -> Nav {
        Nav::Status
    }
}

impl WorkPage {
    fn last_frame(&self) -> u32 {
        (self.first_frame + self.frame_count).saturating_sub(1)
    }

    /// The state in a few words.
    fn headline(&self) -> &'static str {
        match self.state {
            WorkUnitState::Ready => "Waiting for a volunteer",
            WorkUnitState::Leased => "Being rendered",
            WorkUnitState::Submitted => "Handed in",
            WorkUnitState::Auditing => "Waiting for a second opinion",
            WorkUnitState::Accepted => "Accepted",
            WorkUnitState::Quarantined => "Set aside",
        }
    }

    fn explanation(&self) -> &'static str {
        match self.state {
            WorkUnitState::Ready | WorkUnitState::Leased if !self.wrong.is_empty() => {
                "What was handed in before is not used. Somebody else renders it again."
            }
            WorkUnitState::Ready => "Nobody renders it yet.",
            WorkUnitState::Leased => "Somebody renders it now.",
            WorkUnitState::Submitted => "It is on disk. Its frames are looked at next.",
            WorkUnitState::Auditing => {
                "Somebody else renders a frame or two of it again. Credit follows when they are the same."
            }
            WorkUnitState::Accepted => "It is part of its clip, and its volunteer has the credit.",
            WorkUnitState::Quarantined if !self.wrong.is_empty() => {
                "It was found wrong after it had been accepted. The clip is repaired with a new rendering of this segment."
            }
            WorkUnitState::Quarantined => {
                "It failed on five machines, so the work itself is at fault and not they."
            }
        }
    }
}
