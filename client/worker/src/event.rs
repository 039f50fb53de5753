//! What a worker tells whoever watches it.

use woolgather_protocol::work::Task;
use woolgather_protocol::{Problem, WorkUnitId};

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A work unit is begun.
    Leased {
        /// Which.
        work_unit: WorkUnitId,
        /// Segment or audit.
        task: Task,
        /// The sheep's title.
        title: String,
        /// Which segment of the clip, from 0.
        segment: u32,
        /// Segments of the clip.
        of_segments: u32,
        /// Frames to render.
        frames: u32,
    },
    /// A frame is rendered.
    Frame {
        /// Of which work unit.
        work_unit: WorkUnitId,
        /// Frames rendered so far.
        done: u32,
        /// Frames to render.
        of: u32,
    },
    /// A segment is on the coordinator's disk.
    Submitted {
        /// Which work unit.
        work_unit: WorkUnitId,
        /// Length of the segment.
        segment_bytes: u64,
        /// Length of the same frames as the caller measured them, if it did.
        measured_bytes: Option<u64>,
        /// Wall clock of rendering and encoding, in ms.
        render_ms: u64,
        /// It had been handed in before.
        duplicate: bool,
    },
    /// An audit's result is on the coordinator's disk.
    Audited {
        /// Which work unit.
        work_unit: WorkUnitId,
        /// The frame's number within the clip.
        frame: u32,
    },
    /// The coordinator refused a submission, now or after an audit.
    Refused {
        /// Which work unit.
        work_unit: WorkUnitId,
        /// Why.
        problem: Problem,
    },
    /// A work unit could not be worked on, or not be handed in before the worker was stopped.
    GivenBack {
        /// Why, in a sentence.
        reason: String,
    },
    /// Something about the devices that the volunteer should know, told once.
    Note {
        /// A sentence.
        text: String,
    },
    /// The coordinator gives this device no work.
    Withheld {
        /// Why, and until when.
        problem: Problem,
        /// When the worker asks again, in seconds.
        retry_s: u32,
    },
    /// There is nothing to do.
    Idle {
        /// When the worker asks again, in seconds.
        retry_s: u32,
    },
    /// The coordinator does not answer; the worker goes on asking.
    Unreachable {
        /// What went wrong, in a sentence.
        reason: String,
        /// When the worker asks again, in seconds.
        retry_s: u32,
    },
}
