//! What a vote does to the beliefs about sheep and voter, and how much it weighs.
//!
//! The mathematics is `woolgather_coordinator_core::ratings`; this file reads the beliefs a vote is
//! measured against and writes the moved ones.

use std::net::IpAddr;

use woolgather_coordinator_core::breeding::fame;
use woolgather_coordinator_core::ratings::{self, Belief, DAY_MS, SHEEP_VARIANCE_MAX, Shift};
use woolgather_protocol::SheepId;

use super::database::{Database, query};
use super::people::accepted_units;
use super::questions::{Question, Verdict};
use super::refit::leniency;
use super::rows::number;
use super::sheep::belief;
use super::writer::Tx;
use super::{StoreError, VoterId};

/// What a vote did to first sheep, second sheep and the voter's leniency.
#[derive(Default)]
pub(super) struct Effect {
    pub(super) first: Shift,
    pub(super) second: Shift,
    pub(super) leniency: Shift,
}

/// Where a vote comes from: a keyed hash of the voter's network and the day, as its row keeps it, and
/// those of the days before. Enough to add up what young keys of one network did in a week, too little
/// to find anybody by.
#[derive(Debug)]
pub(super) struct VoteNetwork {
    /// Today first, then back for as long as a key is young; empty without an address.
    days: Vec<String>,
}

impl VoteNetwork {
    pub(super) fn of(tx: &mut Tx<'_>, address: Option<IpAddr>) -> Result<Self, StoreError> {
        let Some(address) = address else {
            return Ok(Self { days: Vec::new() });
        };
        let row = query("SELECT network_key FROM flock").fetch_one(&mut *tx.conn)?;
        let key: String = row.try_get("network_key")?;
        let prefix = network_prefix(address);
        let today = tx.now_ms.div_euclid(DAY_MS);
        let hash = |day: i64| {
            let mut hasher = blake3::Hasher::new_derive_key("woolgather 2026 network of a voter");
            hasher.update(key.as_bytes());
            hasher.update(&day.to_le_bytes());
            hasher.update(&prefix);
            hasher.finalize().to_hex()[..32].to_owned()
        };
        let days = (0..ratings::YOUNG_MS / DAY_MS).map(|back| hash(today - back));
        Ok(Self {
            days: days.collect(),
        })
    }

    /// What a vote's row keeps; empty without an address.
    pub(super) fn today(&self) -> &str {
        self.days.first().map_or("", String::as_str)
    }
}

/// The part of an address that its owner cannot choose: /24, /48.
pub(super) fn network_prefix(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets()[..3].to_vec(),
        IpAddr::V6(address) => address.octets()[..6].to_vec(),
    }
}

/// What this vote weighs: less for a young key, and less still when its network has voted on
/// the same sheep within the week for which a key is young.
pub(super) fn weigh(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    question: &Question,
    network: &VoteNetwork,
) -> Result<f64, StoreError> {
    let row = query("SELECT first_seen_ms FROM voter WHERE id = $1")
        .bind(voter.as_str())
        .fetch_one(&mut *tx.conn)?;
    let age_ms = tx.now_ms - row.try_get::<i64>("first_seen_ms")?;
    let mut weight = ratings::voter_weight(age_ms, accepted_units(tx.conn, voter)?);
    for sheep in [Some(&question.first), question.second.as_ref()]
        .into_iter()
        .flatten()
    {
        let spent = spent(tx.conn, network, sheep)?;
        weight = ratings::capped_weight(weight, spent);
    }
    Ok(weight)
}

/// The part of a vote's weight that moves ratings at once: nothing of a voided voter's, little of one
/// who answers like a coin. The refit sees to it in the same way.
pub(super) fn influence(tx: &mut Tx<'_>, voter: &VoterId) -> Result<f64, StoreError> {
    let row = query("SELECT voided, unreliable FROM voter WHERE id = $1")
        .bind(voter.as_str())
        .fetch_one(&mut *tx.conn)?;
    let voided = row.try_get::<Option<&str>>("voided")?.is_some();
    Ok(match (voided, number::<u64>(&row, "unreliable")?) {
        (true, _) => 0.0,
        (false, 0) => 1.0,
        (false, _) => ratings::UNRELIABLE_FACTOR,
    })
}

/// The weight that young keys of a network have put on a sheep lately.
fn spent(
    conn: &mut dyn Database,
    network: &VoteNetwork,
    sheep: &SheepId,
) -> Result<f64, StoreError> {
    let mut sum = 0.0;
    for day in &network.days {
        let row = query(
            "SELECT COALESCE(SUM(weight), 0.0) AS spent FROM vote
             WHERE network = $1 AND weight < 1.0 AND (first_sheep = $2 OR second_sheep = $2)",
        )
        .bind(day)
        .bind(sheep.as_str())
        .fetch_one(conn)?;
        sum += row.try_get::<f64>("spent")?;
    }
    Ok(sum)
}

pub(super) fn effect(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    question: &Question,
    verdict: &Verdict,
    weight: f64,
) -> Result<Effect, StoreError> {
    let first = sheep_belief(tx, &question.first)?;
    Ok(match (verdict, &question.second) {
        (Verdict::Pair(answer), Some(second)) => {
            let second = sheep_belief(tx, second)?;
            let (first, second) = ratings::pair_vote(first, second, *answer, weight);
            let leniency = Shift::default();
            Effect {
                first,
                second,
                leniency,
            }
        }
        (verdict, _) => {
            let up = matches!(verdict, Verdict::Single { up: true });
            let leniency = leniency_of(tx.conn, voter)?;
            let (first, leniency) = ratings::single_vote(first, leniency, up, weight);
            let second = Shift::default();
            Effect {
                first,
                second,
                leniency,
            }
        }
    })
}

#[derive(Clone, Copy)]
pub(super) enum Direction {
    Forward,
    Back,
}

impl Direction {
    fn moved(self, belief: Belief, shift: Shift, variance_max: f64) -> Belief {
        match self {
            Self::Forward => belief.shifted(shift),
            Self::Back => belief.without(shift, variance_max),
        }
    }
}

pub(super) fn apply(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    question: &Question,
    effect: &Effect,
    direction: Direction,
) -> Result<(), StoreError> {
    let second = question.second.as_ref().map(|sheep| (sheep, effect.second));
    for (sheep, shift) in [Some((&question.first, effect.first)), second]
        .into_iter()
        .flatten()
    {
        let before = sheep_belief(tx, sheep)?;
        let after = direction.moved(before, shift, SHEEP_VARIANCE_MAX);
        query(
            "UPDATE sheep SET rating_mean = $2, rating_variance = $3, rated_ms = $4, fame = $5
             WHERE id = $1",
        )
        .bind(sheep.as_str())
        .bind(after.mean)
        .bind(after.variance)
        .bind(tx.now_ms)
        .bind(fame(after))
        .execute(&mut *tx.conn)?;
    }
    let before = leniency_of(tx.conn, voter)?;
    let after = direction.moved(before, effect.leniency, Belief::NEW_VOTER.variance);
    query("UPDATE voter SET leniency_mean = $2, leniency_variance = $3 WHERE id = $1")
        .bind(voter.as_str())
        .bind(after.mean)
        .bind(after.variance)
        .execute(&mut *tx.conn)?;
    Ok(())
}

pub(super) fn sheep_belief(tx: &mut Tx<'_>, sheep: &SheepId) -> Result<Belief, StoreError> {
    let row = query("SELECT rating_mean, rating_variance, rated_ms FROM sheep WHERE id = $1")
        .bind(sheep.as_str())
        .fetch_one(&mut *tx.conn)?;
    belief(&row, tx.now_ms)
}

fn leniency_of(conn: &mut dyn Database, voter: &VoterId) -> Result<Belief, StoreError> {
    let row = query("SELECT leniency_mean, leniency_variance FROM voter WHERE id = $1")
        .bind(voter.as_str())
        .fetch_one(conn)?;
    leniency(&row)
}
