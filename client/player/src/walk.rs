//! The walk through the flock: which clip comes next. Pure: time and the random number are given.
//!
//! ```text
//! area  = the flock's core, once it is large enough; the whole flock before
//! a loop plays twice, then:
//!   candidates = clips leaving the sheep we are at, inside the area, not played just now
//!   score      = ln(1 + minutes since play) + 0.8 z(rating) + 1.5 never played
//!                + 0.7 (arrived by an edge, and this is the sheep's loop) - 0.15 visits
//!   choice     = softmax(score / 0.6)
//!   none       = the first clip towards the sheep seen least; no way there: a cross-fade
//! in the whole flock, a sheep no way leads to is faded to when it is seen much less than this one
//! ```
//!
//! "Just now" is the last 8 clips, or half of the area where it is smaller: a flock of two sheep
//! would otherwise run out of candidates and never show their loops again. A clip never played
//! counts its minutes from the start of the walk. Visits are those to the clip's last sheep among
//! the last 64.
//!
//! The core has to be large enough because a young flock is all loops and a few edges: its core may
//! be two sheep of fifty, and the other forty-eight are worth a cross-fade. Twelve is the size below
//! which the cache never lets a core shrink either.

use std::collections::VecDeque;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::flock::LocalClip;
use crate::graph::ClipGraph;

/// Times a loop is shown before the walk goes on.
const LOOP_ROUNDS: u32 = 2;
/// Clips that are not shown again at once.
const RECENT_CLIPS: usize = 8;
/// Sheep remembered for the visits term.
const VISITS_REMEMBERED: usize = 64;
/// Sheep a core needs before the walk keeps to it.
const CORE_NODES_MIN: usize = 12;

/// Visits by which a sheep that no way leads to may fall behind the one on the screen.
const VISITS_BEHIND_MAX: u64 = 4;

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
    /// The area is the whole flock, and not one core.
    roaming: bool,
    /// Standard scores of the ratings, one for each clip.
    liking: Vec<f64>,
    last_played: Vec<Option<Duration>>,
    recent: VecDeque<usize>,
    visited: VecDeque<usize>,
    visits: Vec<u64>,
    at: Option<usize>,
    arrived_by_edge: bool,
    rng: ChaCha8Rng,
}

impl Walk {
    pub(crate) fn new(flock: &[LocalClip], rng_seed: u64) -> Self {
        let graph = ClipGraph::new(flock);
        let mut walk = Self {
            area: Vec::new(),
            roaming: true,
            liking: standard_scores(flock),
            last_played: vec![None; flock.len()],
            recent: VecDeque::new(),
            visited: VecDeque::new(),
            visits: vec![0; graph.node_count()],
            at: None,
            arrived_by_edge: false,
            rng: ChaCha8Rng::seed_from_u64(rng_seed),
            graph,
        };
        walk.survey();
        walk
    }

    /// Decides what comes next, `now` after the start; nothing changes until [`Walk::enter`].
    /// `None` when no clip is left.
    pub(crate) fn plan(&mut self, now: Duration) -> Option<Step> {
        let Some(at) = self.at else {
            let clip = self.choose(&self.landing_clips(None), now)?;
            return Some(self.step(clip));
        };
        if let Some(step) = self.rescue_of_the_neglected(at, now) {
            return Some(step);
        }
        let recent = self.recent_clips();
        let candidates = self.leaving(at, |clip| !recent.contains(&clip));
        if let Some(clip) = self.choose(&candidates, now) {
            return Some(self.step(clip));
        }
        if let Some(step) = self.towards_the_least_seen(at, now) {
            return Some(step);
        }
        // One sheep is all there is: it goes on, by a loop if it has one.
        let again = self.leaving(at, |_| true);
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
        self.last_played[clip] = Some(now);
        self.visits[arc.to] += 1;
        remember(&mut self.recent, clip, RECENT_CLIPS);
        remember(&mut self.visited, arc.to, VISITS_REMEMBERED);
    }

    /// Takes out a clip that cannot be played.
    pub(crate) fn remove_clip(&mut self, clip: usize) {
        self.graph.remove(clip);
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
            self.graph.remove(clip);
        }
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
        self.roaming = core.iter().filter(|&&inside| inside).count() < CORE_NODES_MIN;
        self.area = if self.roaming {
            vec![true; core.len()]
        } else {
            core
        };
    }

    /// Is every picture of this clip inside the area?
    fn inside(&self, clip: usize) -> bool {
        let arc = self.graph.arc(clip);
        self.area[arc.from] && self.area[arc.to]
    }

    fn leaving(&self, node: usize, wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        self.graph
            .clips()
            .filter(|&clip| self.graph.arc(clip).from == node && self.inside(clip) && wanted(clip))
            .collect()
    }

    /// Clips one can begin with, at `node` or anywhere: loops, or edges where there is no loop.
    fn landing_clips(&self, node: Option<usize>) -> Vec<usize> {
        let here: Vec<usize> = self
            .graph
            .clips()
            .filter(|&clip| {
                self.inside(clip) && node.is_none_or(|node| node == self.graph.arc(clip).from)
            })
            .collect();
        let loops: Vec<usize> = here
            .iter()
            .copied()
            .filter(|&clip| self.graph.arc(clip).is_loop())
            .collect();
        if loops.is_empty() { here } else { loops }
    }

    fn recent_clips(&self) -> Vec<usize> {
        let clips = self.graph.clips().filter(|&clip| self.inside(clip)).count();
        let span = RECENT_CLIPS.min(clips / 2);
        self.recent.iter().rev().take(span).copied().collect()
    }

    /// The first clip on the way to the sheep seen least, the nearest of several; or a landing
    /// there when no way leads to it.
    fn towards_the_least_seen(&mut self, at: usize, now: Duration) -> Option<Step> {
        let ways = self.graph.ways_from(at, &self.area);
        let goal = (0..self.graph.node_count())
            .filter(|&node| node != at && self.area[node])
            .filter(|&node| ways[node].is_some() || !self.landing_clips(Some(node)).is_empty())
            .min_by_key(|&node| {
                let length = ways[node].map_or(usize::MAX, |way| way.length);
                (self.visits[node], length)
            })?;
        let clip = match ways[goal] {
            Some(way) => way.first,
            None => self.choose(&self.landing_clips(Some(goal)), now)?,
        };
        Some(self.step(clip))
    }

    /// A landing at the sheep seen least of those no way leads to, if it was seen much less than
    /// the one we are at: two connected sheep would otherwise keep the rest of the flock away.
    fn rescue_of_the_neglected(&mut self, at: usize, now: Duration) -> Option<Step> {
        if !self.roaming {
            return None;
        }
        let ways = self.graph.ways_from(at, &self.area);
        let node = (0..self.graph.node_count())
            .filter(|&node| node != at && ways[node].is_none())
            .filter(|&node| self.visits[node] + VISITS_BEHIND_MAX < self.visits[at])
            .filter(|&node| !self.landing_clips(Some(node)).is_empty())
            .min_by_key(|&node| self.visits[node])?;
        let clip = self.choose(&self.landing_clips(Some(node)), now)?;
        Some(self.step(clip))
    }

    fn score(&self, clip: usize, now: Duration) -> f64 {
        let arc = self.graph.arc(clip);
        let since = now.saturating_sub(self.last_played[clip].unwrap_or_default());
        let never = f64::from(u8::from(self.last_played[clip].is_none()));
        let home = f64::from(u8::from(self.arrived_by_edge && arc.is_loop()));
        let visits = self.visited.iter().filter(|&&node| node == arc.to).count();
        (1.0 + since.as_secs_f64() / 60.0).ln() + 0.8 * self.liking[clip] + 1.5 * never + 0.7 * home
            - 0.15 * visits as f64
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

fn remember(ring: &mut VecDeque<usize>, item: usize, length: usize) {
    ring.push_back(item);
    if ring.len() > length {
        ring.pop_front();
    }
}

/// How many standard deviations each rating lies above the flock's mean; 0 where all agree, and
/// for a rating that is not a number.
fn standard_scores(flock: &[LocalClip]) -> Vec<f64> {
    let finite = || {
        flock
            .iter()
            .map(|clip| clip.rating)
            .filter(|r| r.is_finite())
    };
    let count = finite().count().max(1) as f64;
    let mean = finite().sum::<f64>() / count;
    let deviation = (finite().map(|r| (r - mean).powi(2)).sum::<f64>() / count).sqrt();
    flock
        .iter()
        .map(|clip| (clip.rating - mean) / deviation)
        .map(|score| if score.is_finite() { score } else { 0.0 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::tests::flock;

    /// Walks `steps` clips of 10 s each and returns them as `from>to` words, with a `~` in front
    /// of those that are cross-faded in.
    fn walk(clips: &str, rng_seed: u64, steps: u64) -> Vec<String> {
        let flock = flock(clips);
        let mut walk = Walk::new(&flock, rng_seed);
        (0..steps)
            .map(|step| {
                let now = Duration::from_secs(10 * step);
                let step = walk.plan(now).expect("there is always a next clip");
                walk.enter(step.clip, now);
                let fade = if step.join == Join::CrossFade {
                    "~"
                } else {
                    ""
                };
                format!("{fade}{}", flock[step.clip].title)
            })
            .collect()
    }

    fn ring(sheep: usize) -> String {
        let clip = |i: usize| format!("{i}>{i} {i}>{}", (i + 1) % sheep);
        (0..sheep).map(clip).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_same_number_walks_the_same_way_and_another_does_not() {
        let clips = ring(16);
        assert_eq!(walk(&clips, 7, 40), walk(&clips, 7, 40));
        assert_ne!(walk(&clips, 7, 40), walk(&clips, 8, 40));
    }

    #[test]
    fn a_walk_in_a_connected_flock_never_fades_and_shows_every_clip() {
        let clips = ring(16);
        let played = walk(&clips, 1, 400);
        assert!(played.iter().all(|clip| !clip.starts_with('~')));
        for clip in clips.split_whitespace() {
            assert!(played.iter().any(|played| played == clip), "{clip}");
        }
    }

    #[test]
    fn every_clip_begins_where_the_one_before_ended() {
        let played = walk(&ring(13), 3, 200);
        for pair in played.windows(2) {
            let end = pair[0].split_once('>').unwrap().1;
            let start = pair[1].split_once('>').unwrap().0;
            assert_eq!(end, start, "{pair:?}");
        }
    }

    #[test]
    fn a_large_core_is_never_left_for_a_dead_end() {
        let clips = format!("{} 3>out 5>out out>out", ring(14));
        assert!(
            walk(&clips, 2, 300)
                .iter()
                .all(|clip| !clip.contains("out"))
        );
    }

    #[test]
    fn separate_loops_take_turns_with_cross_fades() {
        let played = walk("a>a b>b c>c", 5, 30);
        for name in ["a>a", "b>b", "c>c"] {
            let times = played.iter().filter(|clip| clip.ends_with(name)).count();
            assert!(times >= 8, "{name} {times} of 30");
        }
        assert!(played.iter().skip(1).all(|clip| clip.starts_with('~')));
    }

    #[test]
    fn two_sheep_keep_showing_their_loops() {
        let played = walk("a>a b>b a>b b>a", 5, 40);
        let loops = played.iter().filter(|c| *c == "a>a" || *c == "b>b").count();
        assert!(loops >= 10, "{played:?}");
        assert!(played.iter().all(|clip| !clip.starts_with('~')));
    }

    #[test]
    fn a_single_loop_goes_on_without_a_fade() {
        assert_eq!(walk("a>a", 1, 3), ["a>a", "a>a", "a>a"]);
    }

    #[test]
    fn a_single_edge_fades_back_to_its_start() {
        assert_eq!(walk("a>b", 1, 3), ["a>b", "~a>b", "~a>b"]);
    }

    #[test]
    fn a_sheep_nobody_can_walk_to_is_reached_by_a_fade() {
        let played = walk("a>a a>b b>a b>b far>far", 4, 60);
        let times = played.iter().filter(|clip| *clip == "~far>far").count();
        assert!((4..=20).contains(&times), "{played:?}");
    }

    #[test]
    fn a_loop_is_shown_twice_and_an_edge_once() {
        let walk = Walk::new(&flock("a>a a>b"), 0);
        assert_eq!(walk.step(0).rounds, 2);
        assert_eq!(walk.step(1).rounds, 1);
    }

    #[test]
    fn a_liked_sheep_is_chosen_more_often() {
        let mut liked = 0;
        for rng_seed in 0..200 {
            let mut flock = flock("a>a b>b");
            flock[1].rating = 2.0;
            let step = Walk::new(&flock, rng_seed).plan(Duration::ZERO).unwrap();
            liked += u32::from(step.clip == 1);
        }
        // Softmax of standard scores -1 and 1: e^(1.6 / 0.6) to 1, which is 187 of 200.
        assert!((175..=197).contains(&liked), "{liked}");
    }

    #[test]
    fn a_rating_that_is_no_number_does_not_stop_the_walk() {
        let mut flock = flock("a>a b>b");
        flock[0].rating = f64::NAN;
        assert_eq!(standard_scores(&flock), [0.0, 0.0]);
        assert!(Walk::new(&flock, 0).plan(Duration::ZERO).is_some());
    }

    #[test]
    fn a_sheep_voted_down_is_left_and_never_comes_back() {
        let mut walk = Walk::new(&flock("a>a a>b b>b b>a"), 0);
        walk.enter(0, Duration::ZERO);
        assert!(walk.leave_sheep("a"));
        for second in 0..10 {
            let now = Duration::from_secs(second);
            let step = walk.plan(now).unwrap();
            assert_eq!(step.clip, 2);
            walk.enter(step.clip, now);
        }
    }

    #[test]
    fn the_last_sheep_stays_on_the_screen_whatever_the_vote() {
        let mut walk = Walk::new(&flock("a>a"), 0);
        assert!(!walk.leave_sheep("a"));
        assert!(walk.plan(Duration::ZERO).is_some());
    }

    #[test]
    fn with_every_clip_unreadable_there_is_no_next() {
        let mut walk = Walk::new(&flock("a>a b>b"), 0);
        walk.remove_clip(0);
        walk.remove_clip(1);
        assert_eq!(walk.plan(Duration::ZERO), None);
    }
}
