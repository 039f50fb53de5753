//! The third world: four groups of people with different tastes, and a flock that breeds.
//!
//! A sheep has a *quality* that everybody likes, of N(0, 1) at first and inherited as ratings expect
//! it, and is a point in a space of eight descriptors. Each group likes what lies in its own direction,
//! as much as quality: N(0, 1) over the first flock. The directions are the corners of a tetrahedron,
//! so no two groups agree more than others and nothing pleases all. The largest group has four times
//! as many people as the smallest. After every three acts, half of what the rules ask for, a child is
//! born and somebody goes. What differs is by what parents are chosen and who goes: by lot, by net
//! votes on what plays, by our rating alone, or by all rules together.

mod look;

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use woolgather_coordinator_core::breeding::{
    Mortal, Niches, Parent, RecentBirths, choose_parents, deaths, next_kind,
};
use woolgather_coordinator_core::random::{normal, unit};
use woolgather_coordinator_core::ratings::refit::Said;
use woolgather_coordinator_core::ratings::{
    Belief, CHILD_VARIANCE, DAY_MS, HERITABILITY_BEFORE, SettledChild, child_prior, heritability,
};

use super::book::Book;
use super::crowd::{Voters, generosity, prefers, rng_of, says_yes};
use super::rivals::{Counts, net};
use super::viewers::{Viewers, drawn, popularity};
pub use look::Served;
use look::mean;

/// Living sheep.
const FLOCK: usize = 60;
/// People who vote.
const PEOPLE: usize = 400;
/// Births of a run.
const BIRTHS: usize = 600;
/// Acts before each.
const ACTS_PER_BIRTH: usize = 3;
/// Births in a day.
const BIRTHS_A_DAY: i64 = 30;
/// The flock is looked at after so many births, in the second half of a run.
const LOOKED_AT: usize = 20;
/// Descriptors of a sheep.
const DESCRIPTORS: usize = 8;
/// How the people divide into groups.
const SHARES: [f64; 4] = [0.4, 0.3, 0.2, 0.1];
/// The directions that they like, in the first three descriptors; to be divided by √3.
const CORNERS: [[f64; 3]; 4] = [
    [1.0, 1.0, 1.0],
    [1.0, -1.0, -1.0],
    [-1.0, 1.0, -1.0],
    [-1.0, -1.0, 1.0],
];
/// How people like a sheep of no particular quality: most of what is bred at random is poor.
const ORDINARY: f64 = -1.0;
/// Two sheep closer than this are the same, as a part of the median distance of the first flock.
const SAME: f64 = 0.1;
/// How often a child is made again when it is like a living sheep.
const TRIES: usize = 5;

/// By what a flock breeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Policy {
    /// By lot, whatever anybody votes.
    Lot,
    /// Net votes on what plays.
    NetVotes,
    /// Our rating of dealt ballots, and nothing else.
    RatingAlone,
    /// All rules.
    Rules,
}

impl Policy {
    /// All of them, as the table has them.
    pub const ALL: [Self; 4] = [Self::Lot, Self::NetVotes, Self::RatingAlone, Self::Rules];

    /// As the report calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lot => "lot",
            Self::NetVotes => "net votes",
            Self::RatingAlone => "our rating alone",
            Self::Rules => "all rules",
        }
    }
}

/// Plays the world; `done` is told after each seed.
pub(super) fn play(policy: Policy, rng_seeds: &[u64], done: &(dyn Fn() + Sync)) -> Served {
    let each: Vec<Served> = rng_seeds
        .par_iter()
        .map(|rng_seed| {
            let served = World::new(policy, *rng_seed).run();
            done();
            served
        })
        .collect();
    mean(&each)
}

#[derive(Debug, Clone)]
struct Sheep {
    place: [f64; DESCRIPTORS],
    quality: f64,
    parents: Vec<usize>,
    mid_parent: Option<f64>,
    born_ms: i64,
    acts: u64,
}

struct World {
    policy: Policy,
    rng: ChaCha8Rng,
    group_of: Vec<usize>,
    generosity: Vec<f64>,
    voters: Voters,
    viewers: Viewers,
    sheep: Vec<Sheep>,
    living: Vec<usize>,
    book: Book,
    counts: Counts,
    heritability: f64,
    /// The median distance in the first flock.
    median: f64,
    now_ms: i64,
}

impl World {
    fn new(policy: Policy, rng_seed: u64) -> Self {
        let mut rng = rng_of(rng_seed, 20);
        let group_of = (0..PEOPLE).map(|_| drawn(&SHARES, &mut rng)).collect();
        let founders: Vec<Sheep> = (0..FLOCK)
            .map(|_| Sheep {
                place: random_place(&mut rng),
                quality: normal(&mut rng),
                parents: Vec::new(),
                mid_parent: None,
                born_ms: 0,
                acts: 0,
            })
            .collect();
        let niches = Niches::new(FLOCK, |a, b| apart(&founders[a].place, &founders[b].place));
        Self {
            policy,
            group_of,
            generosity: (0..PEOPLE).map(|_| generosity(&mut rng)).collect(),
            voters: Voters::new(PEOPLE, &mut rng),
            viewers: Viewers::new(PEOPLE, FLOCK),
            book: Book::new(FLOCK, PEOPLE),
            counts: Counts::new(FLOCK),
            sheep: founders,
            living: (0..FLOCK).collect(),
            heritability: HERITABILITY_BEFORE,
            median: niches.median(),
            now_ms: 0,
            rng,
        }
    }

    fn run(mut self) -> Served {
        let mut looks = Vec::new();
        for birth in 1..=BIRTHS {
            for _ in 0..ACTS_PER_BIRTH {
                self.act();
            }
            self.now_ms = DAY_MS * birth as i64 / BIRTHS_A_DAY;
            self.bear();
            self.bury();
            if birth as i64 % (7 * BIRTHS_A_DAY) == 0 {
                self.heritability = heritability(&self.settled());
            }
            if birth > BIRTHS / 2 && birth % LOOKED_AT == 0 {
                looks.push(self.look());
            }
        }
        mean(&looks)
    }

    fn act(&mut self) {
        let person = self.voters.draw(&mut self.rng);
        if self.policy == Policy::NetVotes {
            let ratings = self.ratings();
            let playing = self
                .viewers
                .play(person, &self.living, &ratings, &mut self.rng);
            let up = self.likes(person, playing);
            self.counts.vote(person, playing, up);
            self.sheep[playing].acts += 1;
            return;
        }
        let pair = unit(&mut self.rng) < 0.5;
        let (first, second) =
            self.book
                .deal(&self.living, person, pair, self.now_ms, &mut self.rng);
        self.sheep[first].acts += 1;
        let said = match second {
            None => Said::Single {
                sheep: first as u32,
                up: self.likes(person, first),
            },
            Some(second) => {
                self.sheep[second].acts += 1;
                let group = self.group_of[person];
                let better = self.liking(group, first) - self.liking(group, second);
                Said::Pair {
                    left: first as u32,
                    right: second as u32,
                    answer: prefers(better, &mut self.rng),
                }
            }
        };
        self.book.vote(person, said, 1.0, self.now_ms);
    }

    /// How a group likes a sheep.
    fn liking(&self, group: usize, sheep: usize) -> f64 {
        let sheep = &self.sheep[sheep];
        let along = CORNERS[group].iter().zip(&sheep.place).map(|(a, b)| a * b);
        ORDINARY + sheep.quality + along.sum::<f64>() / 3.0_f64.sqrt()
    }

    fn likes(&mut self, person: usize, sheep: usize) -> bool {
        let margin = self.liking(self.group_of[person], sheep) + self.generosity[person];
        says_yes(margin, &mut self.rng)
    }

    /// Ratings of the living, by the policy.
    fn ratings(&self) -> Vec<f64> {
        if self.policy == Policy::NetVotes {
            let scores = self.counts.scores(net);
            return self.living.iter().map(|sheep| scores[*sheep]).collect();
        }
        let mean = |sheep: &usize| self.book.belief(*sheep, self.now_ms).mean;
        self.living.iter().map(mean).collect()
    }

    fn niches(&self) -> Niches {
        let place = |of: usize| &self.sheep[self.living[of]].place;
        Niches::new(self.living.len(), |a, b| apart(place(a), place(b)))
    }

    /// Parents of the next child among the living; fewer than asked for only when there are none.
    fn parents(&mut self, count: usize) -> Vec<usize> {
        let places = match self.policy {
            Policy::Rules => {
                let bred = self
                    .living
                    .iter()
                    .filter(|s| !self.sheep[**s].parents.is_empty());
                let bred = bred.count() as u32;
                let flock = self.as_parents();
                choose_parents(&flock, &self.niches(), bred, count, &mut self.rng)
                    .unwrap_or_default()
            }
            Policy::Lot | Policy::NetVotes | Policy::RatingAlone => {
                let weights = self.rated_weights();
                let mut places = Vec::new();
                while places.len() < count {
                    let place = drawn(&weights, &mut self.rng);
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
                places
            }
        };
        places.into_iter().map(|place| self.living[place]).collect()
    }

    fn as_parents(&self) -> Vec<Parent> {
        let children = |of: usize| {
            let living = self.living.iter();
            living
                .filter(|s| self.sheep[**s].parents.contains(&of))
                .count() as u32
        };
        let parent = |sheep: &usize| Parent {
            belief: self.book.belief(*sheep, self.now_ms),
            children: children(*sheep),
        };
        self.living.iter().map(parent).collect()
    }

    /// The same strength of selection for the rivals: exp(1.2 · rating in standard deviations).
    fn rated_weights(&self) -> Vec<f64> {
        if self.policy == Policy::Lot {
            return vec![1.0; self.living.len()];
        }
        popularity(&self.ratings(), 1.2)
    }

    fn bear(&mut self) {
        let kind = next_kind(RecentBirths::default(), false, &mut self.rng);
        let parents = self.parents(kind.parents());
        let mut child = self.child_of(&parents);
        for _ in 1..TRIES {
            let near = |sheep: &usize| apart(&self.sheep[*sheep].place, &child.place);
            let duplicate = self.living.iter().any(|s| near(s) < SAME * self.median);
            if self.policy != Policy::Rules || !duplicate {
                break;
            }
            child = self.child_of(&parents);
        }
        let mids: Vec<f64> = parents
            .iter()
            .map(|parent| self.book.belief(*parent, self.now_ms).mean)
            .collect();
        let place = self
            .book
            .bear(child_prior(self.heritability, &mids), self.now_ms);
        self.counts.bear();
        self.viewers.bear();
        if !mids.is_empty() {
            child.mid_parent = Some(mids.iter().sum::<f64>() / mids.len() as f64);
        }
        self.sheep.push(child);
        self.living.push(place);
    }

    /// Places cross as xforms do, whole numbers from either parent; a fifth of them move by half their
    /// spread. Quality is inherited as far as is expected, and the rest of it is new.
    fn child_of(&mut self, parents: &[usize]) -> Sheep {
        let mut place = random_place(&mut self.rng);
        let mut quality = normal(&mut self.rng);
        if !parents.is_empty() {
            let mid = parents.iter().map(|parent| self.sheep[*parent].quality);
            let mid = mid.sum::<f64>() / parents.len() as f64;
            quality = HERITABILITY_BEFORE * mid + CHILD_VARIANCE.sqrt() * quality;
            for (at, number) in place.iter_mut().enumerate() {
                let from = parents[(unit(&mut self.rng) * parents.len() as f64) as usize];
                let moved = if unit(&mut self.rng) < 0.2 {
                    0.5 * self.spread(at) * normal(&mut self.rng)
                } else {
                    0.0
                };
                *number = self.sheep[from].place[at] + moved;
            }
        }
        Sheep {
            place,
            quality,
            parents: parents.to_vec(),
            mid_parent: None,
            born_ms: self.now_ms,
            acts: 0,
        }
    }

    fn spread(&self, at: usize) -> f64 {
        let numbers = self.living.iter().map(|sheep| self.sheep[*sheep].place[at]);
        let count = self.living.len() as f64;
        let mean = numbers.clone().sum::<f64>() / count;
        (numbers.map(|x| (x - mean) * (x - mean)).sum::<f64>() / count).sqrt()
    }

    fn bury(&mut self) {
        let beliefs = self.mortal_beliefs();
        let mortal = |(sheep, belief): (&usize, Belief)| Mortal {
            belief,
            acts: self.sheep[*sheep].acts,
            age_ms: self.now_ms - self.sheep[*sheep].born_ms,
        };
        let flock: Vec<Mortal> = self.living.iter().zip(beliefs).map(mortal).collect();
        let niches = match self.policy {
            Policy::Rules => self.niches(),
            // Everybody far from everybody: nobody is crowded.
            _ => Niches::new(self.living.len(), |_, _| 1.0),
        };
        let mut gone = deaths(&flock, &niches, FLOCK);
        gone.sort_unstable();
        for place in gone.into_iter().rev() {
            self.living.remove(place);
        }
    }

    /// What is believed of the living, as far as the policy cares who goes.
    fn mortal_beliefs(&mut self) -> Vec<Belief> {
        let certain = |mean| Belief {
            mean,
            variance: 0.0,
        };
        match self.policy {
            Policy::Rules => {
                let living = self.living.iter();
                let belief = |sheep: &usize| self.book.belief(*sheep, self.now_ms);
                living.map(belief).collect()
            }
            Policy::Lot => (0..self.living.len())
                .map(|_| certain(unit(&mut self.rng)))
                .collect(),
            Policy::NetVotes | Policy::RatingAlone => {
                self.ratings().into_iter().map(certain).collect()
            }
        }
    }

    fn settled(&self) -> Vec<SettledChild> {
        let bred = self.sheep.iter().enumerate();
        bred.filter_map(|(place, sheep)| {
            Some(SettledChild {
                mid_parent: sheep.mid_parent?,
                prior: self.book.prior(place),
                now: self.book.belief(place, self.now_ms),
            })
        })
        .collect()
    }
}

fn random_place(rng: &mut ChaCha8Rng) -> [f64; DESCRIPTORS] {
    std::array::from_fn(|_| normal(rng))
}

fn apart(one: &[f64; DESCRIPTORS], other: &[f64; DESCRIPTORS]) -> f64 {
    let squares = one.iter().zip(other).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f64>().sqrt()
}
