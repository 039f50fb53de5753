//! Votes counted: a ballot is spent, a standing vote replaced, ratings moved.
//!
//! The mathematics is `woolgather_coordinator_core::ratings`. A vote keeps what it did to each
//! belief, so that its replacement first takes exactly that back. The browsers and devices of a person are
//! one voter.

use std::net::IpAddr;

use woolgather_coordinator_core::ballots::{BallotTicket, open_token};
use woolgather_coordinator_core::ratings::Shift;
use woolgather_protocol::votes::{Answer, Ballot, BallotRequest, Vote, VoteReceipt};
use woolgather_protocol::{DeviceSecret, ProblemKind};

use super::ballots;
use super::database::{Row, query};
use super::effects::{
    Direction, Effect, VoteNetwork, apply, effect, influence, sheep_belief, weigh,
};
use super::people::canonical;
use super::questions::Question;
use super::rows::{maybe_parsed, name_of, number, parsed};
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
    /// Deals a ballot; its token is signed with the coordinator's key and good for 24 hours. Where one
    /// of this kind waits for the voter's answer it is dealt out again: who throws a question away is
    /// asked the same.
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
        self.write(move |tx| {
            let voter = canonical(tx.conn, &voter)?;
            ballots::deal(tx, voter, &request, None, &secret)
        })
        .await
    }

    /// Deals the pair that comes after the one whose token the voter holds, so that it can be fetched
    /// while the first is looked at. However often it is asked for, two pairs wait at most.
    ///
    /// # Errors
    ///
    /// As [`deal_ballot`](Self::deal_ballot), and `unknown-ballot` for a token that was not dealt to
    /// this voter.
    pub async fn deal_next_pair(
        &self,
        voter: &VoterId,
        held: &str,
        secret: &DeviceSecret,
    ) -> Result<Ballot, StoreError> {
        let held = open_token(held, &secret.public()).map_err(|_| unknown_ballot())?;
        let (voter, secret) = (voter.clone(), secret.clone());
        self.write(move |tx| {
            let voter = owner(tx, &voter, &held)?;
            ballots::deal(tx, voter, &BallotRequest::Pair, Some(&held.ballot), &secret)
        })
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
        let answer = vote.answer;
        self.write(move |tx| {
            let voter = owner(tx, &from.voter, &ticket)?;
            let from = VoteFrom { voter, ..from };
            record_vote(tx, &from, &ticket, answer)
        })
        .await
    }
}

/// As whom the voter answers, if the ballot was dealt to them.
fn owner(tx: &mut Tx<'_>, voter: &VoterId, ticket: &BallotTicket) -> Result<VoterId, StoreError> {
    let owner = canonical(tx.conn, voter)?;
    // A ballot that was dealt before the voter was linked to a person is still theirs.
    if ticket.voter != owner && ticket.voter != *voter {
        return Err(unknown_ballot());
    }
    Ok(owner)
}

fn unknown_ballot() -> StoreError {
    let detail = "This ballot was not dealt to you by this coordinator.";
    StoreError::refused(ProblemKind::UnknownBallot, detail)
}

fn record_vote(
    tx: &mut Tx<'_>,
    from: &VoteFrom,
    ticket: &BallotTicket,
    answer: Answer,
) -> Result<VoteReceipt, StoreError> {
    let row = open_ballot(tx, ticket)?;
    let question = Question::of(&row)?;
    let verdict = question.verdict(answer)?;
    let replaced = take_back(tx, &from.voter, &question)?;
    let network = VoteNetwork::of(tx, from.address)?;
    let weight = weigh(tx, &from.voter, &question, &network)?;
    let influence = weight * influence(tx, &from.voter)?;
    let effect = effect(tx, &from.voter, &question, &verdict, influence)?;
    apply(tx, &from.voter, &question, &effect, Direction::Forward)?;
    let counted = Counted {
        voter: &from.voter,
        ballot: &ticket.ballot,
        question: &question,
        effect: &effect,
        network: network.today(),
        weight,
    };
    insert_vote(tx, &counted)?;
    if !replaced {
        count_standing(tx, &question, 1)?;
    }
    count_act(tx, &question, 1)?;
    spend(tx, &ticket.ballot, answer, weight)?;
    receipt(tx, &from.voter, &row)
}

/// The ballot's row, if it may still be answered.
fn open_ballot(tx: &mut Tx<'_>, ticket: &BallotTicket) -> Result<Row, StoreError> {
    let row = query(
        "SELECT left_sheep, right_sheep, expires_ms, answered_ms FROM ballot
         WHERE id = $1 AND voter = $2",
    )
    .bind(&ticket.ballot)
    .bind(ticket.voter.as_str())
    .fetch_optional(&mut *tx.conn)?
    .ok_or_else(unknown_ballot)?;
    if row.try_get::<Option<i64>>("answered_ms")?.is_some() {
        let detail = "This ballot was answered; ask for another one.";
        return Err(StoreError::refused(ProblemKind::SpentBallot, detail));
    }
    if row.try_get::<i64>("expires_ms")? <= tx.now_ms {
        let detail = "This ballot was dealt more than a day ago; ask for another one.";
        return Err(StoreError::refused(ProblemKind::ExpiredBallot, detail));
    }
    Ok(row)
}

/// Takes the voter's standing vote on this question back; says whether there was one.
pub(super) fn take_back(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    question: &Question,
) -> Result<bool, StoreError> {
    let row = query(
        "DELETE FROM vote WHERE voter = $1 AND first_sheep = $2 AND second_sheep = $3
         RETURNING first_mean, first_precision, second_mean, second_precision, leniency_mean,
                   leniency_precision",
    )
    .bind(voter.as_str())
    .bind(question.first.as_str())
    .bind(question.second_text())
    .fetch_optional(&mut *tx.conn)?;
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
    apply(tx, voter, question, &effect, Direction::Back)?;
    Ok(true)
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

fn insert_vote(tx: &mut Tx<'_>, vote: &Counted<'_>) -> Result<(), StoreError> {
    let Effect {
        first,
        second,
        leniency,
    } = vote.effect;
    query(
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
    .execute(&mut *tx.conn)?;
    Ok(())
}

pub(super) fn count_standing(
    tx: &mut Tx<'_>,
    question: &Question,
    by: i64,
) -> Result<(), StoreError> {
    query("UPDATE sheep SET votes = votes + $3 WHERE id = $1 OR id = $2")
        .bind(question.first.as_str())
        .bind(question.second_text())
        .bind(by)
        .execute(&mut *tx.conn)?;
    Ok(())
}

pub(super) fn count_act(tx: &mut Tx<'_>, question: &Question, by: i64) -> Result<(), StoreError> {
    query("UPDATE sheep SET acts = acts + $3 WHERE id = $1 OR id = $2")
        .bind(question.first.as_str())
        .bind(question.second_text())
        .bind(by)
        .execute(&mut *tx.conn)?;
    Ok(())
}

fn spend(tx: &mut Tx<'_>, ballot: &str, answer: Answer, weight: f64) -> Result<(), StoreError> {
    query("UPDATE ballot SET answered_ms = $2, answer = $3, weight = $4 WHERE id = $1")
        .bind(ballot)
        .bind(tx.now_ms)
        .bind(name_of(&answer))
        .bind(weight)
        .execute(&mut *tx.conn)?;
    Ok(())
}

fn receipt(tx: &mut Tx<'_>, voter: &VoterId, ballot: &Row) -> Result<VoteReceipt, StoreError> {
    let left_rating = sheep_belief(tx, &parsed(ballot, "left_sheep")?)?.mean;
    let right_rating = match maybe_parsed(ballot, "right_sheep")? {
        Some(sheep) => Some(sheep_belief(tx, &sheep)?.mean),
        None => None,
    };
    let row = query("UPDATE voter SET votes = votes + 1 WHERE id = $1 RETURNING votes")
        .bind(voter.as_str())
        .fetch_one(&mut *tx.conn)?;
    Ok(VoteReceipt {
        left_rating,
        right_rating,
        votes_by_you: number(&row, "votes")?,
    })
}
