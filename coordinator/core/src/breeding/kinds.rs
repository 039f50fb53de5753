//! What kind the next birth is.
//!
//! Artists come first, with up to a quarter of the births and in turn: whoever waited longest for
//! a birth of theirs is next, however many entries somebody else has. What an artist *branched*
//! from a living sheep is an artist's. Of the other births most are crossings, many are mutations
//! and some are random, so that nothing is lost for ever.

use rand_chacha::rand_core::Rng;

use crate::random::unit;

/// The greatest share of artists' births.
const ARTISTS_SHARE_MAX: f64 = 0.25;
/// Parts of all births: crossings, mutations, and 5 to 10 percent random ones. Artists' births take from
/// all three alike, and with a quarter of them random ones are still 6 %.
const CROSSINGS: f64 = 0.55;
const MUTATIONS: f64 = 0.30;
const RANDOM: f64 = 0.08;

/// How a sheep comes into the flock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// From an artist's queue.
    Artist,
    /// From two parents, with a mutation on top.
    Crossing,
    /// From one parent.
    Mutation,
    /// From nothing.
    Random,
}

impl Kind {
    /// How many parents the flock gives.
    #[must_use]
    pub const fn parents(self) -> usize {
        match self {
            Self::Artist | Self::Random => 0,
            Self::Mutation => 1,
            Self::Crossing => 2,
        }
    }
}

/// The births of late: of a day, or the last hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecentBirths {
    /// All of them.
    pub all: u32,
    /// Artists' among them.
    pub artists: u32,
}

/// The kind of the next birth. Whoever finds no parents for it ([`super::choose_parents`]) takes the
/// next simpler one: a mutation, then a random genome.
pub fn next_kind(recent: RecentBirths, artists_wait: bool, rng: &mut impl Rng) -> Kind {
    let room = f64::from(recent.artists) <= ARTISTS_SHARE_MAX * f64::from(recent.all);
    if artists_wait && room {
        return Kind::Artist;
    }
    let draw = unit(rng) * (CROSSINGS + MUTATIONS + RANDOM);
    if draw < CROSSINGS {
        Kind::Crossing
    } else if draw < CROSSINGS + MUTATIONS {
        Kind::Mutation
    } else {
        Kind::Random
    }
}

/// An entry that an artist waits with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// When it was accepted.
    pub since_ms: i64,
    /// When its artist's latest sheep was born; `None` before the first.
    pub artist_served_ms: Option<i64>,
}

/// The entry whose turn it is: of the artist who was served longest ago, the oldest.
#[must_use]
pub fn next_entry(queue: &[Waiting]) -> Option<usize> {
    let turn = |place: &usize| {
        let entry = queue[*place];
        (entry.artist_served_ms, entry.since_ms, *place)
    };
    (0..queue.len()).min_by_key(turn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use std::collections::BTreeMap;

    /// The share of each kind among so many births.
    fn shares(births: u32, artists_wait: bool) -> BTreeMap<Kind, f64> {
        let rng = &mut ChaCha8Rng::from_seed([9; 32]);
        let (mut recent, mut shares) = (RecentBirths::default(), BTreeMap::new());
        for _ in 0..births {
            let kind = next_kind(recent, artists_wait, rng);
            recent.all += 1;
            recent.artists += u32::from(kind == Kind::Artist);
            *shares.entry(kind).or_default() += 1.0 / f64::from(births);
        }
        shares
    }

    #[test]
    fn without_artists_most_are_crossings_and_some_are_random() {
        let shares = shares(20_000, false);
        assert!((shares[&Kind::Crossing] / shares[&Kind::Mutation] - 55.0 / 30.0).abs() < 0.1);
        assert!((0.05..0.1).contains(&shares[&Kind::Random]), "{shares:?}");
        assert!(!shares.contains_key(&Kind::Artist));
    }

    #[test]
    fn artists_come_first_and_have_a_quarter() {
        assert_eq!(shares(1, true)[&Kind::Artist], 1.0);
        let shares = shares(20_000, true);
        assert!((shares[&Kind::Artist] - 0.25).abs() < 0.001, "{shares:?}");
        assert!((0.05..0.1).contains(&shares[&Kind::Random]), "{shares:?}");
    }

    #[test]
    fn one_entry_of_each_artist_in_turn() {
        // Artist 0 has five entries, artist 1 has two and came later, artist 2 was born yesterday.
        let mut queue: Vec<(usize, i64)> = vec![(0, 1), (0, 2), (0, 3), (0, 4), (0, 5)];
        queue.extend([(1, 6), (1, 7), (2, 0)]);
        let mut served = [None, None, Some(-1)];
        let mut order = Vec::new();
        for now in 10.. {
            let waiting: Vec<Waiting> = queue
                .iter()
                .map(|&(artist, since_ms)| Waiting {
                    since_ms,
                    artist_served_ms: served[artist],
                })
                .collect();
            let Some(place) = next_entry(&waiting) else {
                break;
            };
            let (artist, _) = queue.remove(place);
            served[artist] = Some(now);
            order.push(artist);
        }
        assert_eq!(order, [0, 1, 2, 0, 1, 0, 0, 0]);
    }
}
