//! Votes counted: a ballot is spent, a standing vote replaced, ratings moved.
//!
//! The mathematics is `woolgather_coordinator_core::ratings`. A vote keeps what it did to each
//! belief, so that its replacement first takes exactly that back.

use std::net::IpAddr;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use woolgather_coordinator_core::ballots::{BallotTicket, open_token};
use woolgather_coordinator_core::ratings::{
    self, Belief, DAY_MS, PairAnswer, SHEEP_VARIANCE_MAX, Shift,
};
use woolgather_protocol::votes::{Answer, Ballot, BallotRequest, Vote, VoteReceipt};
use woolgather_protocol::{DeviceSecret, ProblemKind, SheepId};

use super::ballots;
use super::rows::{maybe_parsed, name_of, number, parsed};
use super::sheep::belief;
use super::writer::Tx;
use super::{Store, StoreError};

pub use woolgather_coordinator_core::VoterId;

/// Who votes, and from where.
#[derive(Debug, Clone)]
pub struct VoteFrom {
    /// The voter.
    pub voter: VoterId,
    /// The address it came from; only a keyed hash of its network and day is stored, to cap what
    /// young keys of one network can do. `None` when unknown.
    pub address: Option<IpAddr>,
}

impl Store {
    /// Deals a ballot; its token is signed with the coordinator's key and good for 24 hours.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `no-ballot` when there are not enough living sheep.
    pub async fn deal_ballot(
        &self,
        voter: &VoterId,
        request: BallotRequest,
        secret: &DeviceSecret,
    ) -> Result<Ballot, StoreError> {
        let (voter, secret) = (voter.clone(), secret.clone());
        self.write(|tx| Box::pin(ballots::deal(tx, voter, request, secret)))
            .await
    }

    /// Counts a vote: checks and spends its ballot, replaces the voter's standing vote on the
    /// same sheep or pair, updates the ratings, in one transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `unknown-ballot`, `spent-ballot`, `expired-ballot` or
    /// `wrong-answer`.
    pub async fn record_vote(
        &self,
        from: VoteFrom,
        vote: &Vote,
        secret: &DeviceSecret,
    ) -> Result<VoteReceipt, StoreError> {
        let ticket = open_token(&vote.token, &secret.public()).map_err(|_| unknown_ballot())?;
        if ticket.voter != from.voter {
            return Err(unknown_ballot());
        }
        let answer = vote.answer;
        self.write(move |tx| Box::pin(record_vote(tx, from, ticket, answer)))
            .await
    }
}

fn unknown_ballot() -> StoreError {
    let detail = "This ballot was not dealt to you by this coordinator.";
    StoreError::refused(ProblemKind::UnknownBallot, detail)
}

/// What a ballot asks about, in the order of the sheep's ids, so that left and right do not make
/// two pairs of one.
struct Question {
    first: SheepId,
    second: Option<SheepId>,
    /// The first sheep was shown on the right.
    swapped: bool,
}

impl Question {
    fn of(row: &SqliteRow) -> Result<Self, StoreError> {
        let left: SheepId = parsed(row, "left_sheep")?;
        let right: Option<SheepId> = maybe_parsed(row, "right_sheep")?;
        Ok(match right {
            Some(right) if right < left => Self {
                first: right,
                second: Some(left),
                swapped: true,
            },
            second => Self {
                first: left,
                second,
                swapped: false,
            },
        })
    }

    /// As the database holds it: empty for a single one.
    fn second_text(&self) -> &str {
        self.second
            .as_ref()
            .map(SheepId::as_str)
            .unwrap_or_default()
    }

    /// What an answer says, from the first sheep's side.
    fn verdict(&self, answer: Answer) -> Result<Verdict, StoreError> {
        let is_pair = self.second.is_some();
        let verdict = match answer {
            Answer::Up => Verdict::Single { up: true },
            Answer::Down => Verdict::Single { up: false },
            Answer::Same => Verdict::Pair(PairAnswer::Same),
            Answer::Left if self.swapped => Verdict::Pair(PairAnswer::Right),
            Answer::Right if self.swapped => Verdict::Pair(PairAnswer::Left),
            Answer::Left => Verdict::Pair(PairAnswer::Left),
            Answer::Right => Verdict::Pair(PairAnswer::Right),
        };
        if is_pair != matches!(verdict, Verdict::Pair(_)) {
            let legal = if is_pair {
                "left, right or same"
            } else {
                "up or down"
            };
            let detail = format!("This ballot is answered with {legal}.");
            return Err(StoreError::refused(ProblemKind::WrongAnswer, detail));
        }
        Ok(verdict)
    }
}

enum Verdict {
    Single { up: bool },
    Pair(PairAnswer),
}

/// What a vote did to first sheep, second sheep and the voter's leniency.
#[derive(Default)]
struct Effect {
    first: Shift,
    second: Shift,
    leniency: Shift,
}

async fn record_vote(
    mut tx: Tx<'_>,
    from: VoteFrom,
    ticket: BallotTicket,
    answer: Answer,
) -> Result<VoteReceipt, StoreError> {
    let row = open_ballot(&mut tx, &ticket).await?;
    let question = Question::of(&row)?;
    let verdict = question.verdict(answer)?;
    let replaced = take_back(&mut tx, &from.voter, &question).await?;
    let network = network_of(&mut tx, from.address).await?;
    let weight = weigh(&mut tx, &from.voter, &question, &network).await?;
    let effect = effect(&mut tx, &from.voter, &question, &verdict, weight).await?;
    apply(&mut tx, &from.voter, &question, &effect, Direction::Forward).await?;
    let counted = Counted {
        voter: &from.voter,
        ballot: &ticket.ballot,
        question: &question,
        effect: &effect,
        network: &network,
        weight,
    };
    insert_vote(&mut tx, &counted).await?;
    if !replaced {
        count_standing(&mut tx, &question).await?;
    }
    spend(&mut tx, &ticket.ballot, answer, weight).await?;
    receipt(&mut tx, &from.voter, &row).await
}

/// The ballot's row, if it may still be answered.
async fn open_ballot(tx: &mut Tx<'_>, ticket: &BallotTicket) -> Result<SqliteRow, StoreError> {
    let row = sqlx::query(
        "SELECT left_sheep, right_sheep, expires_ms, answered_ms FROM ballot
         WHERE id = $1 AND voter = $2",
    )
    .bind(&ticket.ballot)
    .bind(ticket.voter.as_str())
    .fetch_optional(&mut *tx.conn)
    .await?
    .ok_or_else(unknown_ballot)?;
    if row.try_get::<Option<i64>, _>("answered_ms")?.is_some() {
        let detail = "This ballot was answered; ask for another one.";
        return Err(StoreError::refused(ProblemKind::SpentBallot, detail));
    }
    if row.try_get::<i64, _>("expires_ms")? <= tx.now_ms {
        let detail = "This ballot was dealt more than a day ago; ask for another one.";
        return Err(StoreError::refused(ProblemKind::ExpiredBallot, detail));
    }
    Ok(row)
}

/// Takes the voter's standing vote on this question back; says whether there was one.
async fn take_back(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    question: &Question,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "DELETE FROM vote WHERE voter = $1 AND first_sheep = $2 AND second_sheep = $3
         RETURNING first_mean, first_precision, second_mean, second_precision, leniency_mean,
                   leniency_precision",
    )
    .bind(voter.as_str())
    .bind(question.first.as_str())
    .bind(question.second_text())
    .fetch_optional(&mut *tx.conn)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let effect = Effect {
        first: Shift {
            mean: row.try_get("first_mean")?,
            precision: row.try_get("first_precision")?,
        },
        second: Shift {
            mean: row.try_get("second_mean")?,
            precision: row.try_get("second_precision")?,
        },
        leniency: Shift {
            mean: row.try_get("leniency_mean")?,
            precision: row.try_get("leniency_precision")?,
        },
    };
    apply(tx, voter, question, &effect, Direction::Back).await?;
    Ok(true)
}

/// A keyed hash of the voter's network and the day: enough to add up what young keys of one
/// network did today, too little to find anybody by. Empty without an address.
async fn network_of(tx: &mut Tx<'_>, address: Option<IpAddr>) -> Result<String, StoreError> {
    let Some(address) = address else {
        return Ok(String::new());
    };
    let row = sqlx::query("SELECT network_key FROM flock")
        .fetch_one(&mut *tx.conn)
        .await?;
    let key: String = row.try_get("network_key")?;
    let mut hasher = blake3::Hasher::new_derive_key("woolgather 2026 network of a voter");
    hasher.update(key.as_bytes());
    hasher.update(&tx.now_ms.div_euclid(DAY_MS).to_le_bytes());
    match address.to_canonical() {
        IpAddr::V4(address) => hasher.update(&address.octets()[..3]),
        IpAddr::V6(address) => hasher.update(&address.octets()[..6]),
    };
    Ok(hasher.finalize().to_hex()[..32].to_owned())
}

/// What this vote weighs: less for a young key, and less still when its network has voted on
/// the same sheep today.
async fn weigh(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    question: &Question,
    network: &str,
) -> Result<f64, StoreError> {
    let row = sqlx::query(
        "SELECT first_seen_ms,
                COALESCE((SELECT accepted_units FROM device WHERE key = voter.id), 0) AS accepted
         FROM voter WHERE id = $1",
    )
    .bind(voter.as_str())
    .fetch_one(&mut *tx.conn)
    .await?;
    let age_ms = tx.now_ms - row.try_get::<i64, _>("first_seen_ms")?;
    let mut weight = ratings::voter_weight(age_ms, number(&row, "accepted")?);
    if network.is_empty() {
        return Ok(weight);
    }
    for sheep in [Some(&question.first), question.second.as_ref()]
        .into_iter()
        .flatten()
    {
        let spent = spent_today(tx.conn, network, sheep).await?;
        weight = ratings::capped_weight(weight, spent);
    }
    Ok(weight)
}

async fn spent_today(
    conn: &mut SqliteConnection,
    network: &str,
    sheep: &SheepId,
) -> Result<f64, StoreError> {
    let row = sqlx::query(
        "SELECT COALESCE(SUM(weight), 0.0) AS spent FROM vote
         WHERE network = $1 AND weight < 1.0 AND (first_sheep = $2 OR second_sheep = $2)",
    )
    .bind(network)
    .bind(sheep.as_str())
    .fetch_one(conn)
    .await?;
    Ok(row.try_get("spent")?)
}

async fn effect(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    question: &Question,
    verdict: &Verdict,
    weight: f64,
) -> Result<Effect, StoreError> {
    let first = sheep_belief(tx, &question.first).await?;
    Ok(match (verdict, &question.second) {
        (Verdict::Pair(answer), Some(second)) => {
            let second = sheep_belief(tx, second).await?;
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
            let leniency = leniency_of(tx.conn, voter).await?;
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
enum Direction {
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

async fn apply(
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
        let before = sheep_belief(tx, sheep).await?;
        let after = direction.moved(before, shift, SHEEP_VARIANCE_MAX);
        sqlx::query(
            "UPDATE sheep SET rating_mean = $2, rating_variance = $3, rated_ms = $4 WHERE id = $1",
        )
        .bind(sheep.as_str())
        .bind(after.mean)
        .bind(after.variance)
        .bind(tx.now_ms)
        .execute(&mut *tx.conn)
        .await?;
    }
    let before = leniency_of(tx.conn, voter).await?;
    let after = direction.moved(before, effect.leniency, Belief::NEW_VOTER.variance);
    sqlx::query("UPDATE voter SET leniency_mean = $2, leniency_variance = $3 WHERE id = $1")
        .bind(voter.as_str())
        .bind(after.mean)
        .bind(after.variance)
        .execute(&mut *tx.conn)
        .await?;
    Ok(())
}

async fn sheep_belief(tx: &mut Tx<'_>, sheep: &SheepId) -> Result<Belief, StoreError> {
    let row = sqlx::query("SELECT rating_mean, rating_variance, rated_ms FROM sheep WHERE id = $1")
        .bind(sheep.as_str())
        .fetch_one(&mut *tx.conn)
        .await?;
    belief(&row, tx.now_ms)
}

async fn leniency_of(conn: &mut SqliteConnection, voter: &VoterId) -> Result<Belief, StoreError> {
    let row = sqlx::query("SELECT leniency_mean, leniency_variance FROM voter WHERE id = $1")
        .bind(voter.as_str())
        .fetch_one(conn)
        .await?;
    Ok(Belief {
        mean: row.try_get("leniency_mean")?,
        variance: row.try_get("leniency_variance")?,
    })
}

/// A vote on its way to its row.
struct Counted<'a> {
    voter: &'a VoterId,
    ballot: &'a str,
    question: &'a Question,
    effect: &'a Effect,
    network: &'a str,
    weight: f64,
}

async fn insert_vote(tx: &mut Tx<'_>, vote: &Counted<'_>) -> Result<(), StoreError> {
    let Effect {
        first,
        second,
        leniency,
    } = vote.effect;
    sqlx::query(
        "INSERT INTO vote (voter, first_sheep, second_sheep, ballot, voted_ms, weight, network,
                           first_mean, first_precision, second_mean, second_precision,
                           leniency_mean, leniency_precision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(vote.voter.as_str())
    .bind(vote.question.first.as_str())
    .bind(vote.question.second_text())
    .bind(vote.ballot)
    .bind(tx.now_ms)
    .bind(vote.weight)
    .bind(vote.network)
    .bind(first.mean)
    .bind(first.precision)
    .bind(second.mean)
    .bind(second.precision)
    .bind(leniency.mean)
    .bind(leniency.precision)
    .execute(&mut *tx.conn)
    .await?;
    Ok(())
}

async fn count_standing(tx: &mut Tx<'_>, question: &Question) -> Result<(), StoreError> {
    sqlx::query("UPDATE sheep SET votes = votes + 1 WHERE id = $1 OR id = $2")
        .bind(question.first.as_str())
        .bind(question.second_text())
        .execute(&mut *tx.conn)
        .await?;
    Ok(())
}

async fn spend(
    tx: &mut Tx<'_>,
    ballot: &str,
    answer: Answer,
    weight: f64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE ballot SET answered_ms = $2, answer = $3, weight = $4 WHERE id = $1")
        .bind(ballot)
        .bind(tx.now_ms)
        .bind(name_of(&answer))
        .bind(weight)
        .execute(&mut *tx.conn)
        .await?;
    Ok(())
}

async fn receipt(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    ballot: &SqliteRow,
) -> Result<VoteReceipt, StoreError> {
    let left_rating = sheep_belief(tx, &parsed(ballot, "left_sheep")?).await?.mean;
    let right_rating = match maybe_parsed(ballot, "right_sheep")? {
        Some(sheep) => Some(sheep_belief(tx, &sheep).await?.mean),
        None => None,
    };
    let row = sqlx::query("UPDATE voter SET votes = votes + 1 WHERE id = $1 RETURNING votes")
        .bind(voter.as_str())
        .fetch_one(&mut *tx.conn)
        .await?;
    Ok(VoteReceipt {
        left_rating,
        right_rating,
        votes_by_you: number(&row, "votes")?,
    })
}
