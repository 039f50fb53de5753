//! The second world: fake accounts push a mediocre sheep.
//!
//! 1,200 honest acts over two weeks, as in the first world. Towards the end somebody with fifty fresh
//! accounts on five networks wants the sheep of middling quality among the parents, the best tenth.
//! Where votes are free each fake votes for it once. Where ballots are dealt a fake answers what it
//! gets: its sheep is better than any other, everything else is bad.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use woolgather_coordinator_core::random::{below, unit};
use woolgather_coordinator_core::ratings::refit::Said;
use woolgather_coordinator_core::ratings::{DAY_MS, PairAnswer, capped_weight, voter_weight};

use super::Extent;
use super::accuracy::{PAIRS, PEOPLE, SHEEP, honest_act};
use super::book::{Book, day_of};
use super::crowd::{Crowd, best_first, rng_of};
use super::rivals::{by_counts, net};
use super::viewers::Viewers;

/// Fake accounts.
const FAKES: usize = 50;
/// Networks that they come from.
const NETWORKS: usize = 5;
/// Acts of honest people for each sheep.
const ACTS: usize = 10;
/// Days of voting.
const DAYS: i64 = 14;

/// What is in force against it.
#[derive(Debug, Clone, Copy)]
struct Defence {
    /// Only dealt ballots rate.
    dealt: bool,
    /// Young keys weigh a quarter.
    trust: bool,
    /// Young keys of a network are capped together over so many days.
    cap_days: Option<i32>,
    /// Who throws a ballot away is dealt the same again for a day.
    one_question: bool,
}

/// How hard they try.
#[derive(Debug, Clone, Copy)]
struct Attack {
    /// The last days of the two weeks.
    days: i64,
    /// Votes of each fake on a day.
    a_day: i64,
    /// Ballots that a fake asks for to get its sheep on one; the others it throws away. 1: it answers
    /// what it gets.
    asks: u32,
}

/// A line of the table: what it is called, defence, attack, and whether it is a gate's.
struct Row(&'static str, Defence, Attack, bool);

const FREE: Defence = Defence {
    dealt: false,
    trust: false,
    cap_days: None,
    one_question: false,
};
const TRUST: Defence = Defence {
    trust: true,
    ..FREE
};
const CAP: Defence = Defence {
    cap_days: Some(7),
    ..TRUST
};
const DEALT: Defence = Defence {
    dealt: true,
    ..TRUST
};
const ALL: Defence = Defence {
    dealt: true,
    one_question: true,
    ..CAP
};
/// As the rules were first: what a network did is forgotten over night.
const A_DAY: Defence = Defence {
    cap_days: Some(1),
    ..ALL
};
const A_DAY_AND_MANY_QUESTIONS: Defence = Defence {
    one_question: false,
    ..A_DAY
};

const ONCE: Attack = Attack {
    days: 1,
    a_day: 1,
    asks: 1,
};
const BURST: Attack = Attack { a_day: 3, ..ONCE };
const WEEK: Attack = Attack {
    days: 7,
    a_day: 20,
    asks: 1,
};
const FISHING: Attack = Attack {
    days: 7,
    a_day: 1,
    asks: 60,
};

static ROWS: [Row; 9] = [
    Row("leniency model alone", FREE, ONCE, false),
    Row("and trust weight", TRUST, ONCE, false),
    Row("and network cap", CAP, ONCE, false),
    Row("dealt ballots and trust weight", DEALT, BURST, true),
    Row("all rules", ALL, BURST, true),
    Row(
        "all rules, 20 ballots a day each for a week",
        ALL,
        WEEK,
        false,
    ),
    Row("the same, the cap over one day", A_DAY, WEEK, false),
    Row(
        "all rules, answers only about it, for a week",
        ALL,
        FISHING,
        false,
    ),
    Row(
        "the same, 60 questions and the cap over one day",
        A_DAY_AND_MANY_QUESTIONS,
        FISHING,
        false,
    ),
];

/// How often an attack succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stuffed {
    /// What was in force, and what they did.
    pub what: &'static str,
    /// Share of the seeds in which the sheep was among the parents, before or after the refit.
    pub succeeded: f64,
    /// The gate asks for little here.
    pub gated: bool,
}

/// How many lines [`play`] has.
pub(super) fn lines(extent: Extent) -> usize {
    rows(extent).count() + 1
}

fn rows(extent: Extent) -> impl Iterator<Item = &'static Row> {
    ROWS.iter()
        .filter(move |Row(.., gated)| *gated || extent == Extent::Tables)
}

/// Plays the world line by line; `done` is told after each seed of each.
pub(super) fn play(extent: Extent, rng_seeds: &[u64], done: &(dyn Fn() + Sync)) -> Vec<Stuffed> {
    let share = |succeeds: &(dyn Fn(u64) -> bool + Sync)| {
        let successes = rng_seeds.par_iter().filter(|rng_seed| {
            let success = succeeds(**rng_seed);
            done();
            success
        });
        successes.count() as f64 / rng_seeds.len() as f64
    };
    let mut lines = vec![Stuffed {
        what: "net votes",
        succeeded: share(&net_votes),
        gated: false,
    }];
    lines.extend(
        rows(extent).map(|Row(what, defence, attack, gated)| Stuffed {
            what,
            succeeded: share(&|rng_seed| World::new(*defence, *attack, rng_seed).run()),
            gated: *gated,
        }),
    );
    lines
}

fn net_votes(rng_seed: u64) -> bool {
    let crowd = crowd(rng_seed);
    let (mut counts, _) = by_counts(&crowd, ACTS * SHEEP, net, &mut rng_of(rng_seed, 11));
    for fake in 0..FAKES {
        counts.vote(PEOPLE + fake, target(&crowd), true);
    }
    is_parent(&counts.scores(net), target(&crowd))
}

fn crowd(rng_seed: u64) -> Crowd {
    Crowd::new(SHEEP, PEOPLE, &mut rng_of(rng_seed, 10))
}

/// The sheep of middling quality.
fn target(crowd: &Crowd) -> usize {
    best_first(&crowd.quality)[SHEEP / 2]
}

fn is_parent(ratings: &[f64], sheep: usize) -> bool {
    best_first(ratings)[..SHEEP / 10].contains(&sheep)
}

/// Honest people, fakes, and what their network has spent on a sheep on each day.
struct World {
    defence: Defence,
    attack: Attack,
    crowd: Crowd,
    target: usize,
    living: Vec<usize>,
    book: Book,
    viewers: Viewers,
    /// By network, sheep and day.
    spent: BTreeMap<(usize, u32, i32), f64>,
    rng: ChaCha8Rng,
}

impl World {
    fn new(defence: Defence, attack: Attack, rng_seed: u64) -> Self {
        let crowd = crowd(rng_seed);
        Self {
            defence,
            attack,
            target: target(&crowd),
            crowd,
            living: (0..SHEEP).collect(),
            book: Book::new(SHEEP, PEOPLE + FAKES),
            viewers: Viewers::new(PEOPLE, SHEEP),
            spent: BTreeMap::new(),
            rng: rng_of(rng_seed, 12),
        }
    }

    /// Whether the attack succeeds.
    fn run(mut self) -> bool {
        for (now_ms, fake) in self.acts() {
            match fake {
                Some(fake) => self.fake_act(fake, now_ms),
                None => self.honest_act(now_ms),
            }
        }
        let refit = self.book.refit(&self.book.votes(), DAYS * DAY_MS);
        // A refit that does not settle leaves the ratings as they are.
        let after = refit.map(|refit| refit.sheep.iter().map(|belief| belief.mean).collect());
        let online = self.book.means();
        let after: Vec<f64> = after.unwrap_or_else(|_| online.clone());
        is_parent(&online, self.target) || is_parent(&after, self.target)
    }

    /// When somebody acts: a fake, by its number, or somebody honest.
    fn acts(&self) -> Vec<(i64, Option<usize>)> {
        let honest = (ACTS * SHEEP) as i64;
        let mut acts: Vec<(i64, Option<usize>)> = (0..honest)
            .map(|act| (DAYS * DAY_MS * act / honest, None))
            .collect();
        let Attack { days, a_day, .. } = self.attack;
        let all = days * a_day * FAKES as i64;
        acts.extend((0..all).map(|act| {
            let fake = act as usize % FAKES;
            let begin_ms = (DAYS - days) * DAY_MS;
            (begin_ms + days * DAY_MS * act / all, Some(fake))
        }));
        acts.sort_unstable();
        acts
    }

    fn honest_act(&mut self, now_ms: i64) {
        if self.defence.dealt {
            honest_act(&mut self.book, &self.crowd, PAIRS, now_ms, &mut self.rng);
            return;
        }
        let person = self.crowd.voter(&mut self.rng);
        let ratings = self.book.means();
        let sheep = self
            .viewers
            .play(person, &self.living, &ratings, &mut self.rng);
        let said = Said::Single {
            sheep: sheep as u32,
            up: self.crowd.likes(person, sheep, &mut self.rng),
        };
        self.book.vote(person, said, 1.0, now_ms);
    }

    fn fake_act(&mut self, fake: usize, now_ms: i64) {
        let Some(said) = self.fake_answer(fake, now_ms) else {
            return;
        };
        let weight = self.weigh(fake, said, now_ms);
        self.book.vote(PEOPLE + fake, said, weight, now_ms);
    }

    /// What a fake says; `None` when it found no ballot to its liking.
    fn fake_answer(&mut self, fake: usize, now_ms: i64) -> Option<Said> {
        let target = self.target as u32;
        if !self.defence.dealt {
            return Some(Said::Single {
                sheep: target,
                up: true,
            });
        }
        let questions = if self.defence.one_question {
            1
        } else {
            self.attack.asks
        };
        for _ in 0..questions {
            let pair = unit(&mut self.rng) < PAIRS;
            let voter = PEOPLE + fake;
            let (left, right) = self
                .book
                .deal(&self.living, voter, pair, now_ms, &mut self.rng);
            let wanted = left == self.target || right == Some(self.target);
            if !wanted && self.attack.asks > 1 {
                continue;
            }
            let (left, right) = (left as u32, right.map(|right| right as u32));
            return Some(match right {
                None => Said::Single {
                    sheep: left,
                    up: left == target,
                },
                Some(right) => Said::Pair {
                    left,
                    right,
                    answer: self.fake_preference(left, right),
                },
            });
        }
        None
    }

    fn fake_preference(&mut self, left: u32, right: u32) -> PairAnswer {
        let target = self.target as u32;
        if left == target || (right != target && below(&mut self.rng, 2) == 0) {
            PairAnswer::Left
        } else {
            PairAnswer::Right
        }
    }

    fn weigh(&mut self, fake: usize, said: Said, now_ms: i64) -> f64 {
        let mut weight = if self.defence.trust {
            voter_weight(0, 0)
        } else {
            1.0
        };
        let Some(cap_days) = self.defence.cap_days else {
            return weight;
        };
        let sheep = match said {
            Said::Single { sheep, .. } => vec![sheep],
            Said::Pair { left, right, .. } => vec![left, right],
        };
        let today = day_of(now_ms);
        let key = |day: i32, sheep: u32| (fake % NETWORKS, sheep, day);
        for sheep in &sheep {
            let lately = key(today + 1 - cap_days, *sheep)..=key(today, *sheep);
            let spent: f64 = self.spent.range(lately).map(|(_, spent)| spent).sum();
            weight = capped_weight(weight, spent);
        }
        for sheep in sheep {
            *self.spent.entry(key(today, sheep)).or_default() += weight;
        }
        weight
    }
}
