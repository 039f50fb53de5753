//! What is counted while a fleet runs.

use crate::attacks::ATTACKS;

/// Work of the verification, in frames rendered again, and what it verified.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Frames handed in.
    pub frames: u64,
    /// Frames rendered again.
    pub again: u64,
}

/// What became of one attack.
#[derive(Debug, Clone, Default)]
pub struct AttackTally {
    /// Segments with doctored frames (or none at all) that were handed in.
    pub doctored: u64,
    /// Of those, refused for what their own audits or checks showed.
    pub seen: u64,
    /// Doctored segments of a key until its first refusal.
    pub until_refused: Vec<u32>,
    /// Doctored segments of a key until it was found bad.
    pub until_bad: Vec<u32>,
    /// How long published segments were visible until they were found, in milliseconds.
    pub visible_ms: Vec<i64>,
}

/// Verification by where the submitter stood when the audits were drawn.
#[derive(Debug, Clone, Copy, Default)]
pub struct Costs {
    /// In probation.
    pub new: Cost,
    /// Everybody else, the referee's sample included.
    pub known: Cost,
}

impl Costs {
    /// The cost of devices in probation, or of all others.
    pub fn of(&mut self, new: bool) -> &mut Cost {
        if new { &mut self.new } else { &mut self.known }
    }
}

/// Everything that is counted on the way; the rest is read from the grid at the end.
#[derive(Debug, Clone)]
pub struct Tally {
    /// By [`ATTACKS`].
    pub attacks: Vec<AttackTally>,
    /// Verification of what volunteers with machines in order handed in.
    pub honest: Costs,
    /// Verification of everything.
    pub all: Costs,
    /// Frames rendered again because somebody or a class was found bad.
    pub repair: u64,
    /// Frames that the coordinator itself rendered.
    pub referee: u64,
    /// Keys of honest volunteers that were found bad.
    pub honest_bans: u64,
    /// Keys of volunteers with broken hardware that were found bad.
    pub broken_set_aside: u64,
    /// Segments that workers rendered, whatever became of them.
    pub rendered: u64,
    /// Requests for work after the first hour by devices that may work.
    pub asked: u64,
    /// Of those, answered with nothing.
    pub dry: u64,
    /// Answers that were sent again and recognised.
    pub duplicates: u64,
    /// Answers to leases that had run out, and that were used.
    pub late_used: u64,
    /// Answers for which somebody else was faster.
    pub superseded: u64,
    /// Messages that were lost on the way.
    pub lost: u64,
    /// Times the coordinator was started again.
    pub restarts: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            attacks: vec![AttackTally::default(); ATTACKS.len()],
            honest: Costs::default(),
            all: Costs::default(),
            repair: 0,
            referee: 0,
            honest_bans: 0,
            broken_set_aside: 0,
            rendered: 0,
            asked: 0,
            dry: 0,
            duplicates: 0,
            late_used: 0,
            superseded: 0,
            lost: 0,
            restarts: 0,
        }
    }
}
