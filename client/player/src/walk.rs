//! The walk through the flock: which clip comes next. Pure: time and the random number are given.
//!
//! ```text
//! area  = the flock's core, once it is large enough; the whole flock before
//! a loop plays twice, then:
//!   forgotten  = a sheep unseen, or a clip unplayed, for much longer than its share of the time
//!                asks for: the first clip towards it; no way there: a cross-fade
//!   candidates = clips leaving the sheep we are at, inside the area, not played just now, not to
//!                a crowded sheep
//!   score      = ln(1 + minutes since play) + 0.8 z(rating) + 1.5 never played
//!                + 0.7 (arrived by an edge, and this is the sheep's loop) - 0.15 visits
//!   choice     = softmax(score / 0.6)
//!   none       = the first clip towards a sheep long unseen; no way there: a cross-fade
//! ```
//!
//! "Just now" is the last 8 clips, or half of the area where it is smaller: a flock of two sheep
//! would otherwise run out of candidates and never show their loops again. A clip never played
//! counts its minutes from the start of the walk. Visits are those to the clip's last sheep among
//! the last 64.
//!
//! A sheep is crowded while it is more than four visits ahead of one and a half times its equal
//! share. Scores look one clip ahead and cannot see that every second way leads back to the same
//! few sheep; so crowded sheep are left out, ways lead around them where there are others, and
//! nobody is forgotten.
//!
//! The core has to be large enough because a young flock is all loops and a few edges: its core may
//! be two sheep of fifty, and the other forty-eight are worth a cross-fade. Twelve is the size below
//! which the cache never lets a core shrink either.

mod memory;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::flock::LocalClip;
use crate::graph::{ClipGraph, Way};
use crate::roll::Roll;
use memory::Memory;

/// Times a loop is shown before the walk goes on.
const LOOP_ROUNDS: u32 = 2;
/// Sheep a core needs before the walk keeps to it.
pub(crate) const CORE_NODES_MIN: usize = 12;
/// Clips played for each sheep of the area, after which one that was not seen is forgotten.
const UNSEEN_ROUNDS: f64 = 3.0;
/// Likewise for a clip that was not played: so many, and as many again for each edge that leads to
/// the same sheep, because those share its time. A loop counts as if there were one edge.
const UNPLAYED_ROUNDS: f64 = 2.0;
/// Clips that a way may be longer for each visit that it spares a crowded sheep.
const DETOUR: u32 = 4;

/// How a clip follows the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// Its first picture continues the last one: they meet at a keyframe.
    Seamless,
    /// The two have nothing in common and are faded into each other.
    CrossFade,
}

/// A decision of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) clip: usize,
    /// Times to show it in a row.
    pub(crate) rounds: u32,
    pub(crate) join: Join,
}

/// Where the walk is and what it remembers.
#[derive(Debug)]
pub(crate) struct Walk {
    graph: ClipGraph,
    area: Vec<bool>,
    /// The clips between two sheep of the area, and the sheep that they leave.
    area_clips: Vec<usize>,
    area_sheep: Vec<usize>,
    /// For each sheep, how many of these clips lead there from another.
    area_edges_to: Vec<usize>,
    /// Sheep that somebody voted down.
    left: HashSet<usize>,
    /// Standard scores of the ratings, one for each clip.
    liking: Vec<f64>,
    memory: Memory,
    at: Option<usize>,
    arrived_by_edge: bool,
    rng: ChaCha8Rng,
}

impl Walk {
    pub(crate) fn new(flock: &[LocalClip], rng_seed: u64) -> Self {
        let mut roll = Roll::default();
        roll.call(flock.to_vec());
        let mut walk = Self {
            graph: ClipGraph::default(),
            area: Vec::new(),
            area_clips: Vec::new(),
            area_sheep: Vec::new(),
            area_edges_to: Vec::new(),
            left: HashSet::new(),
            liking: Vec::new(),
            memory: Memory::default(),
            at: None,
            arrived_by_edge: false,
            rng: ChaCha8Rng::seed_from_u64(rng_seed),
        };
        walk.renew(&roll);
        walk
    }

    /// Takes in a roll that has changed, and keeps the memory of what was there before. Sheep voted
    /// down stay out, unless nothing else is left to show.
    pub(crate) fn renew(&mut self, roll: &Roll) {
        for clip in &roll.clips()[self.liking.len()..] {
            self.graph.add(&clip.from_sheep, &clip.to_sheep);
            self.liking.push(0.0);
        }
        self.memory.grow(self.liking.len(), self.graph.node_count());
        self.liking = standard_scores(roll);
        self.recall(roll);
        if self.graph.clips().next().is_none() {
            self.left.clear();
            self.recall(roll);
        }
        self.survey();
    }

    fn recall(&mut self, roll: &Roll) {
        for clip in 0..self.liking.len() {
            let arc = self.graph.arc(clip);
            let left = self.left.contains(&arc.from) || self.left.contains(&arc.to);
            self.graph.set_present(clip, roll.contains(clip) && !left);
        }
    }

    /// Decides what comes next, `now` after the start; nothing changes until [`Walk::enter`].
    /// `None` when no clip is left.
    pub(crate) fn plan(&mut self, now: Duration) -> Option<Step> {
        let Some(at) = self.at else {
            let clip = self.choose(&self.landing_clips(None), now)?;
            return Some(self.step(clip));
        };
        if let Some(step) = self.towards_the_forgotten(at, now) {
            return Some(step);
        }
        let candidates = self.candidates(at);
        if let Some(clip) = self.choose(&candidates, now) {
            return Some(self.step(clip));
        }
        if let Some(step) = self.towards_the_long_unseen(at, now) {
            return Some(step);
        }
        // One sheep is all there is: it goes on, by a loop if it has one.
        let again: Vec<usize> = self.graph.leaving(at).collect();
        let clip = self.choose(&again, now).or_else(|| {
            let anywhere = self.landing_clips(None);
            self.choose(&anywhere, now)
        })?;
        Some(self.step(clip))
    }

    /// Plans `clip` as the next, whatever the scores say.
    pub(crate) fn step(&self, clip: usize) -> Step {
        let arc = self.graph.arc(clip);
        let joined = self.at.is_none_or(|at| at == arc.from);
        Step {
            clip,
            rounds: if arc.is_loop() { LOOP_ROUNDS } else { 1 },
            join: if joined {
                Join::Seamless
            } else {
                Join::CrossFade
            },
        }
    }

    /// Notes that `clip` has begun, `now` after the start.
    pub(crate) fn enter(&mut self, clip: usize, now: Duration) {
        let arc = self.graph.arc(clip);
        self.at = Some(arc.to);
        self.arrived_by_edge = !arc.is_loop();
        self.memory.enter(clip, arc, now);
    }

    /// Takes out a clip that cannot be played.
    pub(crate) fn remove_clip(&mut self, clip: usize) {
        self.graph.set_present(clip, false);
        self.survey();
    }

    /// Takes out a sheep with every clip that shows it, unless nothing else is left to show.
    /// Returns whether it went.
    pub(crate) fn leave_sheep(&mut self, sheep: &str) -> bool {
        let Some(node) = self.graph.node_of(sheep) else {
            return false;
        };
        let shows = |clip: usize| {
            let arc = self.graph.arc(clip);
            arc.from == node || arc.to == node
        };
        let (with, without): (Vec<_>, Vec<_>) = self.graph.clips().partition(|&clip| shows(clip));
        if without.is_empty() {
            return false;
        }
        for clip in with {
            self.graph.set_present(clip, false);
        }
        self.left.insert(node);
        self.survey();
        true
    }

    /// Whether `clip` is still in the flock.
    pub(crate) fn contains(&self, clip: usize) -> bool {
        self.graph.contains(clip)
    }

    /// Draws the area anew after the graph has changed.
    fn survey(&mut self) {
        let core = self.graph.core();
        let large = core.iter().filter(|&&inside| inside).count() >= CORE_NODES_MIN;
        self.area = if large { core } else { vec![true; core.len()] };
        self.area_clips = self.graph.clips().filter(|&c| self.inside(c)).collect();
        let leaves = |&node: &usize| self.graph.leaving(node).any(|clip| self.inside(clip));
        self.area_sheep = (0..self.graph.node_count()).filter(leaves).collect();
        self.area_edges_to = vec![0; self.graph.node_count()];
        for arc in self.area_clips.iter().map(|&clip| self.graph.arc(clip)) {
            self.area_edges_to[arc.to] += usize::from(!arc.is_loop());
        }
        self.memory.share_among(self.area_sheep.len());
    }

    /// Is every picture of this clip inside the area?
    fn inside(&self, clip: usize) -> bool {
        let arc = self.graph.arc(clip);
        self.area[arc.from] && self.area[arc.to]
    }

    fn candidates(&self, at: usize) -> Vec<usize> {
        let wanted = |&clip: &usize| {
            let arc = self.graph.arc(clip);
            self.inside(clip)
                && !self.memory.is_recent(clip, self.area_clips.len())
                && self.memory.excess(arc.to) == 0
        };
        self.graph.leaving(at).filter(wanted).collect()
    }

    /// Clips one can begin with, at `node` or anywhere: loops, or edges where there is no loop.
    fn landing_clips(&self, node: Option<usize>) -> Vec<usize> {
        let here: Vec<usize> = match node {
            Some(node) => self
                .graph
                .leaving(node)
                .filter(|&c| self.inside(c))
                .collect(),
            None => self.area_clips.clone(),
        };
        let loops: Vec<usize> = here
            .iter()
            .copied()
            .filter(|&clip| self.graph.arc(clip).is_loop())
            .collect();
        if loops.is_empty() { here } else { loops }
    }

    /// A forgotten clip from here, or the next one on the way to what is forgotten most: the sheep
    /// or clip that has waited the most times as long as it may.
    fn towards_the_forgotten(&mut self, at: usize, now: Duration) -> Option<Step> {
        let clips_here = self.graph.leaving(at).filter(|&clip| self.inside(clip));
        if let Some((_, clip)) = self.most_due_clip(clips_here) {
            return Some(self.step(clip));
        }
        let sheep = self
            .area_sheep
            .iter()
            .map(|&node| (self.sheep_due(node), node));
        let most_due_sheep = sheep.filter(|(due, _)| *due > 1.0).max_by(first_most);
        let most_due_clip = self
            .most_due_clip(self.area_clips.iter().copied())
            .map(|(due, clip)| (due, self.graph.arc(clip).from));
        let goals = most_due_sheep.into_iter().chain(most_due_clip);
        let (_, goal) = goals.max_by(first_most)?;
        let ways = self.ways(at);
        self.towards(goal, &ways, now)
    }

    /// The clip that is forgotten most, and how many times as long as it may it has waited.
    fn most_due_clip(&self, clips: impl Iterator<Item = usize>) -> Option<(f64, usize)> {
        let due = clips.map(|clip| (self.clip_due(clip), clip));
        due.filter(|(due, _)| *due > 1.0).max_by(first_most)
    }

    fn sheep_due(&self, node: usize) -> f64 {
        self.memory.unseen_for(node) as f64 / (UNSEEN_ROUNDS * self.area_sheep.len() as f64)
    }

    fn clip_due(&self, clip: usize) -> f64 {
        let arc = self.graph.arc(clip);
        let edges = if arc.is_loop() {
            1
        } else {
            self.area_edges_to[arc.to]
        };
        let limit = UNPLAYED_ROUNDS * (self.area_sheep.len() * (1 + edges)) as f64;
        self.memory.unplayed_for(clip) as f64 / limit
    }

    /// The next clip on the way to a sheep long unseen: the nearest of those that were not seen for
    /// at least half as long as the one unseen longest.
    fn towards_the_long_unseen(&mut self, at: usize, now: Duration) -> Option<Step> {
        let ways = self.ways(at);
        let unseen = |node: usize| self.memory.unseen_for(node);
        let others = || self.area_sheep.iter().copied().filter(|&node| node != at);
        let longest = others().map(unseen).max()?;
        let goal = others()
            .filter(|&node| 2 * unseen(node) >= longest)
            .min_by_key(|&node| {
                let cost = ways[node].map_or(u32::MAX, |way| way.cost);
                (cost, Reverse(unseen(node)))
            })?;
        self.towards(goal, &ways, now)
    }

    /// The first clip on the way to `node`, or a landing there when no way leads to it.
    fn towards(&mut self, node: usize, ways: &[Option<Way>], now: Duration) -> Option<Step> {
        let clip = match ways[node] {
            Some(way) => way.first,
            None => self.choose(&self.landing_clips(Some(node)), now)?,
        };
        Some(self.step(clip))
    }

    /// Ways from a sheep, around crowded ones; through the whole flock if it is not in the area.
    fn ways(&self, at: usize) -> Vec<Option<Way>> {
        let astray = !self.area[at];
        self.graph.ways_from(
            at,
            |clip| astray || self.inside(clip),
            |node| 1 + DETOUR * self.memory.excess(node),
        )
    }

    fn score(&self, clip: usize, now: Duration) -> f64 {
        let arc = self.graph.arc(clip);
        let last_played = self.memory.last_played(clip);
        let since = now.saturating_sub(last_played.unwrap_or_default());
        let never = f64::from(u8::from(last_played.is_none()));
        let home = f64::from(u8::from(self.arrived_by_edge && arc.is_loop()));
        let visits = f64::from(self.memory.visits(arc.to));
        (1.0 + since.as_secs_f64() / 60.0).ln() + 0.8 * self.liking[clip] + 1.5 * never + 0.7 * home
            - 0.15 * visits
    }

    /// Draws one of `clips`, the better ones more often.
    fn choose(&mut self, clips: &[usize], now: Duration) -> Option<usize> {
        const TEMPERATURE: f64 = 0.6;
        let scores: Vec<f64> = clips.iter().map(|&clip| self.score(clip, now)).collect();
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = scores
            .iter()
            .map(|score| ((score - best) / TEMPERATURE).exp())
            .collect();
        let mut left = self.unit_random() * weights.iter().sum::<f64>();
        for (&clip, weight) in clips.iter().zip(&weights) {
            left -= weight;
            if left < 0.0 {
                return Some(clip);
            }
        }
        clips.last().copied()
    }

    /// Uniform in 0..1, of 53 bits.
    fn unit_random(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 * (-53.0_f64).exp2()
    }
}

/// Orders by how much is due; of two alike, the one with the smaller number is the greater.
fn first_most(one: &(f64, usize), other: &(f64, usize)) -> Ordering {
    one.0.total_cmp(&other.0).then(other.1.cmp(&one.1))
}

/// How many standard deviations each rating lies above the mean of those that are in; 0 where all
/// agree, and for a rating that is not a number.
fn standard_scores(roll: &Roll) -> Vec<f64> {
    let finite = || {
        let inside = (0..roll.clips().len()).filter(|&clip| roll.contains(clip));
        inside
            .map(|clip| roll.clip(clip).rating)
            .filter(|rating| rating.is_finite())
    };
    let count = finite().count().max(1) as f64;
    let mean = finite().sum::<f64>() / count;
    let deviation = (finite().map(|r| (r - mean).powi(2)).sum::<f64>() / count).sqrt();
    let score = |clip: &Arc<LocalClip>| (clip.rating - mean) / deviation;
    let scores = roll.clips().iter().map(score);
    scores
        .map(|score| if score.is_finite() { score } else { 0.0 })
        .collect()
}
