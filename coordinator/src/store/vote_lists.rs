//! Voters, ballots and sheep as lists: for operators, and for research.

use woolgather_coordinator_core::ratings::Belief;
use woolgather_protocol::SheepId;

use super::database::{Row, query};
use super::rows::{json, number, parsed};
use super::sheep::{belief, belief_at_birth};
use super::{Store, StoreError, VoterId};

/// Ballots read in one go.
const BALLOTS_AT_ONCE: i64 = 2_000;

/// A voter as an operator sees one.
#[derive(Debug, Clone, PartialEq)]
pub struct VoterLine {
    /// The voter.
    pub id: VoterId,
    /// When the voter came first.
    pub first_seen_ms: i64,
    /// Ballots answered.
    pub votes: u64,
    /// How well the answers agree with everybody else's, 0 to 1, by the last refit; `None` before
    /// there were enough of them.
    pub reliability: Option<f64>,
    /// The votes are taken a tenth.
    pub unreliable: bool,
    /// Why an operator voided the votes, if one did.
    pub voided: Option<String>,
}

/// A ballot, answered or not.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedBallot {
    /// Its name in the store; the cursor of pages.
    pub id: String,
    /// Whom it was dealt to.
    pub voter: VoterId,
    /// The sheep on the left, or the only one.
    pub left: String,
    /// The sheep on the right of a pair.
    pub right: Option<String>,
    /// When it was dealt.
    pub dealt_ms: i64,
    /// When it was answered.
    pub answered_ms: Option<i64>,
    /// The answer.
    pub answer: Option<String>,
    /// What the answer weighed then.
    pub weight: Option<f64>,
    /// No later vote has replaced it.
    pub stands: bool,
    /// An operator voided its voter's votes.
    pub void: bool,
}

/// A sheep in numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct SheepLine {
    /// Its name in addresses.
    pub id: SheepId,
    /// `rendering`, `live` or `retired`.
    pub state: String,
    /// When it was born.
    pub born_ms: i64,
    /// Its parents.
    pub parents: Vec<SheepId>,
    /// Ballots that it was on.
    pub exposures: u64,
    /// Those that were answered.
    pub acts: u64,
    /// Standing votes on it.
    pub votes: u64,
    /// What is believed of it.
    pub rating: Belief,
    /// What was believed at birth.
    pub prior: Belief,
}

impl Store {
    /// The voters with the most votes, at most so many.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn voter_lines(&self, most: u32) -> Result<Vec<VoterLine>, StoreError> {
        let wanted = query("SELECT * FROM voter ORDER BY votes DESC, id LIMIT $1");
        let rows = self.rows(wanted.bind(i64::from(most))).await?;
        rows.iter().map(voter_line).collect()
    }

    /// The ballots that come after `after` in the order of their names, which is a random one; none at
    /// the end.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn logged_ballots(&self, after: &str) -> Result<Vec<LoggedBallot>, StoreError> {
        let wanted = query(
            "SELECT ballot.id, ballot.voter, left_sheep, right_sheep, dealt_ms, answered_ms, answer,
                    ballot.weight, vote.ballot AS standing, voter.voided
             FROM ballot JOIN voter ON voter.id = ballot.voter
             LEFT JOIN vote ON vote.voter = ballot.voter AND vote.ballot = ballot.id
             WHERE ballot.id > $1 ORDER BY ballot.id LIMIT $2",
        );
        let rows = self.rows(wanted.bind(after).bind(BALLOTS_AT_ONCE)).await?;
        rows.iter().map(logged_ballot).collect()
    }

    /// Every sheep in numbers, in order of birth.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn sheep_lines(&self) -> Result<Vec<SheepLine>, StoreError> {
        let now_ms = self.now_ms();
        let rows = self
            .rows(query("SELECT * FROM sheep ORDER BY number"))
            .await?;
        rows.iter().map(|row| sheep_line(row, now_ms)).collect()
    }
}

fn voter_line(row: &Row) -> Result<VoterLine, StoreError> {
    Ok(VoterLine {
        id: parsed(row, "id")?,
        first_seen_ms: row.try_get("first_seen_ms")?,
        votes: number(row, "votes")?,
        reliability: row.try_get("reliability")?,
        unreliable: row.try_get::<i64>("unreliable")? != 0,
        voided: row.try_get("voided")?,
    })
}

fn logged_ballot(row: &Row) -> Result<LoggedBallot, StoreError> {
    Ok(LoggedBallot {
        id: row.try_get("id")?,
        voter: parsed(row, "voter")?,
        left: row.try_get("left_sheep")?,
        right: row.try_get("right_sheep")?,
        dealt_ms: row.try_get("dealt_ms")?,
        answered_ms: row.try_get("answered_ms")?,
        answer: row.try_get("answer")?,
        weight: row.try_get("weight")?,
        stands: row.try_get::<Option<&str>>("standing")?.is_some(),
        void: row.try_get::<Option<&str>>("voided")?.is_some(),
    })
}

fn sheep_line(row: &Row, now_ms: i64) -> Result<SheepLine, StoreError> {
    Ok(SheepLine {
        id: parsed(row, "id")?,
        state: row.try_get("state")?,
        born_ms: row.try_get("born_ms")?,
        parents: json(row, "parents")?,
        exposures: number(row, "exposures")?,
        acts: number(row, "acts")?,
        votes: number(row, "votes")?,
        rating: belief(row, now_ms)?,
        prior: belief_at_birth(row)?,
    })
}
