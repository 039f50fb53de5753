//! What is on at a moment: a loop or an edge, and how far it is. Pure: time and the random number are given.
//!
//! ```text
//! loop of a sheep, one turn -> edge to another -> its loop -> edge -> …
//! ```
//!
//! The flock is the same graph that films are walked in: every sheep is a node with a loop, and an edge
//! leads from each to each. The walk chooses the edges. Whoever asks for the next sheep in the middle of a
//! loop sees the edge begin there: it turns on from where the loop is, so nothing jumps.

use std::time::Duration;

use crate::flock::LocalClip;
use crate::tape::Tape;
use crate::walk::Walk;

/// A turn of a loop.
const LOOP_TURN: Duration = Duration::from_secs(20);
/// An edge.
const EDGE: Duration = Duration::from_secs(8);

/// What is on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Act {
    /// A sheep turning round itself.
    Loop {
        sheep: usize,
        /// Share of the turn at which it began.
        phase: f64,
    },
    /// The way from one sheep to another.
    Edge {
        from: usize,
        to: usize,
        /// Share of its turn at which `from` is left.
        phase: f64,
    },
}

/// A moment of the show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scene {
    /// A sheep at a share of its turn.
    Loop { sheep: usize, turn: f64 },
    /// `blend` of the way from one sheep to another.
    Edge {
        from: usize,
        to: usize,
        phase: f64,
        blend: f64,
    },
}

impl Scene {
    /// The sheep that it looks most like.
    pub(crate) fn sheep(&self) -> usize {
        match *self {
            Self::Loop { sheep, .. } => sheep,
            Self::Edge {
                from, to, blend, ..
            } => {
                if blend < 0.5 {
                    from
                } else {
                    to
                }
            }
        }
    }
}

/// The show.
#[derive(Debug)]
pub(crate) struct Show {
    sheep: usize,
    walk: Walk,
    /// Loops that were on.
    tape: Tape,
    act: Act,
    /// When it began.
    since: Duration,
    /// Where the next edge leads.
    next: usize,
}

impl Show {
    /// A show of so many sheep, at least one.
    pub(crate) fn new(sheep: usize, rng_seed: u64) -> Self {
        let mut show = Self {
            walk: Walk::new(&clips(sheep), rng_seed),
            sheep,
            tape: Tape::default(),
            act: Act::Loop {
                sheep: 0,
                phase: 0.0,
            },
            since: Duration::ZERO,
            next: 0,
        };
        let first = show.choose(Duration::ZERO);
        show.begin_loop(first, Duration::ZERO);
        show.tape.record(first);
        show
    }

    /// What is to be seen at `now`, which never goes back.
    pub(crate) fn scene(&mut self, now: Duration) -> Scene {
        loop {
            let age = now.saturating_sub(self.since);
            match self.act {
                Act::Loop { sheep, phase } => {
                    let turn = phase + age.as_secs_f64() / LOOP_TURN.as_secs_f64();
                    if turn < 1.0 {
                        return Scene::Loop { sheep, turn };
                    }
                    let left = LOOP_TURN.mul_f64((1.0 - phase).max(0.0));
                    self.leave(sheep, 0.0, self.since + left);
                }
                Act::Edge { from, to, phase } => {
                    let blend = age.as_secs_f64() / EDGE.as_secs_f64();
                    if blend < 1.0 {
                        return Scene::Edge {
                            from,
                            to,
                            phase,
                            blend,
                        };
                    }
                    self.arrive(to, self.since + EDGE);
                }
            }
        }
    }

    /// The edge that comes after the loop that is on, in its middle: what takes time is made ready early.
    pub(crate) fn ahead(&self) -> Option<Scene> {
        match self.act {
            Act::Loop { sheep, .. } if sheep != self.next => Some(Scene::Edge {
                from: sheep,
                to: self.next,
                phase: 0.0,
                blend: 0.5,
            }),
            _ => None,
        }
    }

    /// Goes on to the next sheep: from a loop by its edge, from an edge to its end.
    pub(crate) fn skip(&mut self, now: Duration) {
        match self.scene(now) {
            Scene::Loop { sheep, turn } => self.leave(sheep, turn, now),
            Scene::Edge { to, .. } => self.arrive(to, now),
        }
    }

    /// Goes back to the sheep before.
    pub(crate) fn go_back(&mut self, now: Duration) {
        let before = match self.scene(now) {
            Scene::Loop { .. } => self.tape.before(),
            // The edge's sheep is still the last on the tape.
            Scene::Edge { from, .. } => Some(from),
        };
        let Some(sheep) = before else {
            return;
        };
        if matches!(self.act, Act::Loop { .. }) {
            self.tape.wind_back();
        }
        self.begin_loop(sheep, now);
    }

    /// The loop is over, or somebody wants it to be.
    fn leave(&mut self, sheep: usize, phase: f64, now: Duration) {
        if self.next == sheep {
            self.begin_loop(sheep, now);
            return;
        }
        self.walk.enter(self.clip(sheep, self.next), now);
        self.act = Act::Edge {
            from: sheep,
            to: self.next,
            phase,
        };
        self.since = now;
    }

    /// The edge is over.
    fn arrive(&mut self, sheep: usize, now: Duration) {
        if self.tape.after() == Some(sheep) {
            self.tape.wind_forward();
        } else {
            self.tape.record(sheep);
        }
        self.begin_loop(sheep, now);
    }

    fn begin_loop(&mut self, sheep: usize, now: Duration) {
        self.walk.enter(self.clip(sheep, sheep), now);
        self.act = Act::Loop { sheep, phase: 0.0 };
        self.since = now;
        self.next = self.tape.after().unwrap_or_else(|| self.choose(now));
    }

    /// The sheep that the walk goes to.
    fn choose(&mut self, now: Duration) -> usize {
        self.walk.plan(now).map_or(0, |step| step.clip % self.sheep)
    }

    fn clip(&self, from: usize, to: usize) -> usize {
        from * self.sheep + to
    }
}

/// A loop of each sheep and an edge from each to each; clip `from * sheep + to`.
fn clips(sheep: usize) -> Vec<LocalClip> {
    let all = (0..sheep).flat_map(|from| (0..sheep).map(move |to| (from, to)));
    all.map(|(from, to)| LocalClip {
        path: std::path::PathBuf::new(),
        from_sheep: from.to_string(),
        to_sheep: to.to_string(),
        title: String::new(),
        artist: String::new(),
        volunteers: Vec::new(),
        rating: 0.0,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: f64) -> Duration {
        Duration::from_secs_f64(secs)
    }

    /// The sheep on in the middle of each of the first loops.
    fn visits(show: &mut Show, loops: u32) -> Vec<usize> {
        let middle = |i: u32| at(10.0 + 28.0 * f64::from(i));
        (0..loops).map(|i| show.scene(middle(i)).sheep()).collect()
    }

    #[test]
    fn a_loop_turns_once_then_an_edge_leads_to_another_sheep() {
        let mut show = Show::new(5, 1);
        let Scene::Loop { sheep, turn } = show.scene(at(5.0)) else {
            panic!("a loop comes first");
        };
        assert!((turn - 0.25).abs() < 1e-9);
        let Scene::Edge {
            from, to, blend, ..
        } = show.scene(at(22.0))
        else {
            panic!("an edge comes second");
        };
        assert_eq!(from, sheep);
        assert_ne!(to, sheep);
        assert!((blend - 0.25).abs() < 1e-9);
        assert_eq!(show.scene(at(29.0)).sheep(), to);
    }

    #[test]
    fn the_same_number_shows_the_same_sheep_and_every_sheep_has_its_turn() {
        let seen = visits(&mut Show::new(16, 7), 60);
        assert_eq!(seen, visits(&mut Show::new(16, 7), 60));
        assert_ne!(seen, visits(&mut Show::new(16, 8), 60));
        for sheep in 0..16 {
            assert!(seen.contains(&sheep), "{sheep}");
        }
    }

    #[test]
    fn the_edge_made_ready_is_the_edge_that_comes() {
        let mut show = Show::new(6, 3);
        show.scene(at(1.0));
        let Some(Scene::Edge { from, to, .. }) = show.ahead() else {
            panic!("an edge comes");
        };
        let next = show.scene(at(21.0));
        assert!(matches!(next, Scene::Edge { from: f, to: t, .. } if (f, t) == (from, to)));
    }

    #[test]
    fn a_single_sheep_turns_for_ever() {
        let mut show = Show::new(1, 0);
        for i in 0..20 {
            let scene = show.scene(at(7.0 * f64::from(i)));
            assert!(matches!(scene, Scene::Loop { sheep: 0, .. }), "{scene:?}");
        }
        assert_eq!(show.ahead(), None);
    }

    #[test]
    fn two_sheep_take_turns() {
        let seen = visits(&mut Show::new(2, 0), 6);
        assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "{seen:?}");
    }

    #[test]
    fn the_next_sheep_is_reached_by_an_edge_that_goes_on_from_where_the_loop_is() {
        let mut show = Show::new(4, 2);
        show.scene(at(5.0));
        show.skip(at(5.0));
        let Scene::Edge { phase, blend, .. } = show.scene(at(5.0)) else {
            panic!("an edge");
        };
        assert!((phase - 0.25).abs() < 1e-9);
        assert_eq!(blend, 0.0);
        show.skip(at(6.0));
        assert!(matches!(show.scene(at(6.0)), Scene::Loop { .. }));
    }

    #[test]
    fn the_arrow_keys_wind_back_and_forth() {
        let mut show = Show::new(9, 4);
        let first = show.scene(at(1.0)).sheep();
        show.go_back(at(1.0));
        assert_eq!(show.scene(at(1.0)).sheep(), first);
        show.skip(at(2.0));
        show.skip(at(3.0));
        let second = show.scene(at(3.0)).sheep();
        show.skip(at(4.0));
        show.go_back(at(5.0));
        assert_eq!(show.scene(at(5.0)).sheep(), second);
        show.go_back(at(6.0));
        assert_eq!(show.scene(at(6.0)).sheep(), first);
        show.skip(at(7.0));
        show.skip(at(8.0));
        assert_eq!(show.scene(at(8.0)).sheep(), second);
    }
}
