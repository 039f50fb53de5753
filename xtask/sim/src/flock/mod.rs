//! Made-up flocks: what comes of the rules by which ballots become ratings and ratings children.
//!
//! Three worlds of made-up people and sheep, played with `core`'s own functions beside what others do:
//! net votes, Wilson's bound, Elo. What was promised of the rules is a list of gates. One number
//! decides all draws, and the same number gives the same report.
//!
//! # In reading order
//!
//! * [`accuracy`]: how good are the sheep that would breed? [`stuffing`]: fake accounts.
//!   [`groups`]: a flock that breeds, and people who disagree.
//! * [`crowd`]: people and what they like. [`viewers`]: what plays when nobody deals.
//! * [`book`]: ratings as the coordinator keeps them. [`rivals`]: how others do.
//! * [`report`]: tables and gates. [`large_log`]: how long a refit takes.

mod accuracy;
mod book;
mod crowd;
mod groups;
pub mod large_log;
pub mod report;
mod rivals;
mod stuffing;
mod viewers;

pub use accuracy::Accuracy;
pub use groups::{Policy, Served};
pub use report::FlockReport;
pub use stuffing::Stuffed;

/// What is played.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Each world is played with this number and those after it.
    pub rng_seed: u64,
    /// With how many.
    pub seeds: u32,
    /// How much of it.
    pub extent: Extent,
}

/// How much is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every line of every table.
    Tables,
    /// Only what a gate asks for.
    Gates,
}

impl Options {
    /// As the gates are meant: thirty seeds, and all tables.
    #[must_use]
    pub fn new(rng_seed: u64) -> Self {
        Self {
            rng_seed,
            seeds: 30,
            extent: Extent::Tables,
        }
    }

    /// How often [`run`] says that it got on.
    #[must_use]
    pub fn steps(&self) -> u64 {
        let lines = self.acts().len() + stuffing::lines(self.extent) + self.policies().len();
        lines as u64 * u64::from(self.seeds)
    }

    /// Acts for each sheep in the first world.
    fn acts(&self) -> &'static [u32] {
        match self.extent {
            Extent::Tables => &[3, 10, 30],
            Extent::Gates => &[3, 10],
        }
    }

    /// What the third world breeds by.
    fn policies(&self) -> &'static [Policy] {
        match self.extent {
            Extent::Tables => &Policy::ALL,
            Extent::Gates => &[Policy::Lot, Policy::NetVotes, Policy::Rules],
        }
    }
}

/// Plays the three worlds; `done` is told after each step of [`Options::steps`].
#[must_use]
pub fn run(options: Options, done: &(dyn Fn() + Sync)) -> FlockReport {
    let rng_seeds: Vec<u64> = (0..u64::from(options.seeds))
        .map(|place| options.rng_seed.wrapping_add(place))
        .collect();
    let acts = options.acts().iter();
    let accuracy = acts.map(|acts| accuracy::play(*acts, &rng_seeds, done));
    let accuracy = accuracy.collect();
    let stuffing = stuffing::play(options.extent, &rng_seeds, done);
    let policies = options.policies().iter();
    let groups = policies.map(|policy| (*policy, groups::play(*policy, &rng_seeds, done)));
    let groups = groups.collect();
    FlockReport::of(options, accuracy, stuffing, groups)
}
