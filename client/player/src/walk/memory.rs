//! What the walk remembers: when clips were played, and how much each sheep was seen. Pure.
//!
//! Time is counted twice: in clips since the start, for what is due again, and on the clock, for
//! the score. Everything is kept by the numbers of the graph, which never change.

use std::collections::VecDeque;
use std::time::Duration;

use crate::graph::Arc;

/// Clips that are not shown again at once.
const RECENT_CLIPS: usize = 8;
/// Sheep remembered for the visits term of the score.
const VISITS_REMEMBERED: usize = 64;
/// A sheep is shown this many times its share before it counts as crowded.
const SHARES_MAX: f64 = 1.5;
/// Visits in a row that are not crowding yet.
const BURST: f64 = 4.0;
/// Where crowding stops being counted, so that a sheep every way leads through is not shunned for
/// ever once there are others.
const CROWD_MAX: f64 = 20.0;

#[derive(Clone, Copy, Debug)]
struct ClipMemory {
    /// The step at which it was played last, or came in.
    since: u64,
    last_played: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
struct SheepMemory {
    /// The step at which a clip from or to it was played last, or it came in.
    since: u64,
    /// Visits above [`SHARES_MAX`] shares, as of `counted`.
    crowd: f64,
    counted: u64,
    /// Visits among the last [`VISITS_REMEMBERED`].
    visits: u32,
}

/// What was played and seen.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Clips played.
    steps: u64,
    clips: Vec<ClipMemory>,
    sheep: Vec<SheepMemory>,
    recent: VecDeque<usize>,
    visited: VecDeque<usize>,
    /// Sheep among which the walk divides its time.
    sharing: usize,
}

impl Memory {
    /// Makes room for so many clips and sheep, the new ones never seen.
    pub(crate) fn grow(&mut self, clips: usize, sheep: usize) {
        let new_clip = ClipMemory {
            since: self.steps,
            last_played: None,
        };
        let new_sheep = SheepMemory {
            since: self.steps,
            crowd: 0.0,
            counted: self.steps,
            visits: 0,
        };
        self.clips.resize(clips, new_clip);
        self.sheep.resize(sheep, new_sheep);
    }

    /// From now on the walk divides its time among so many sheep.
    pub(crate) fn share_among(&mut self, sheep: usize) {
        self.sharing = sheep;
    }

    /// Notes that `clip` has begun, `now` after the start.
    pub(crate) fn enter(&mut self, clip: usize, arc: Arc, now: Duration) {
        self.steps += 1;
        self.clips[clip] = ClipMemory {
            since: self.steps,
            last_played: Some(now),
        };
        self.sheep[arc.from].since = self.steps;
        let crowd = (self.crowd(arc.to) + 1.0).min(CROWD_MAX);
        let sheep = &mut self.sheep[arc.to];
        sheep.since = self.steps;
        (sheep.crowd, sheep.counted) = (crowd, self.steps);
        sheep.visits += 1;
        remember(&mut self.recent, clip, RECENT_CLIPS);
        if let Some(node) = remember(&mut self.visited, arc.to, VISITS_REMEMBERED) {
            self.sheep[node].visits -= 1;
        }
    }

    /// When a clip was played last, since the start.
    pub(crate) fn last_played(&self, clip: usize) -> Option<Duration> {
        self.clips[clip].last_played
    }

    /// Steps since a clip was played or came in.
    pub(crate) fn unplayed_for(&self, clip: usize) -> u64 {
        self.steps - self.clips[clip].since
    }

    /// Steps since a sheep was seen or came in.
    pub(crate) fn unseen_for(&self, node: usize) -> u64 {
        self.steps - self.sheep[node].since
    }

    /// Whether a clip was played just now, in a flock of so many: among the last 8, or half of the
    /// flock where it is smaller.
    pub(crate) fn is_recent(&self, clip: usize, flock: usize) -> bool {
        self.recent.iter().rev().take(flock / 2).any(|&c| c == clip)
    }

    /// Visits to a sheep among the last 64.
    pub(crate) fn visits(&self, node: usize) -> u32 {
        self.sheep[node].visits
    }

    /// By how many visits a sheep is crowded; 0 for one that is not.
    pub(crate) fn excess(&self, node: usize) -> u32 {
        (self.crowd(node) - BURST).max(0.0).ceil() as u32
    }

    /// The crowd drains by [`SHARES_MAX`] shares a step, so it grows only while a sheep gets more.
    fn crowd(&self, node: usize) -> f64 {
        let SheepMemory { crowd, counted, .. } = self.sheep[node];
        let drained = SHARES_MAX * (self.steps - counted) as f64 / self.sharing.max(1) as f64;
        (crowd - drained).max(0.0)
    }
}

/// Appends `item`; returns the oldest where there are more than `length`.
fn remember(ring: &mut VecDeque<usize>, item: usize, length: usize) -> Option<usize> {
    ring.push_back(item);
    if ring.len() > length {
        ring.pop_front()
    } else {
        None
    }
}
