//! The nightly refit: all standing votes as one log, and the beliefs that follow from it.
//!
//! ```text
//! standing votes ──read at one moment──> [VoteLog] ──core's refit──> beliefs ──> rows
//! ```
//!
//! While it is worked out people go on voting. What moved a belief meanwhile moves the new one by as
//! much, so no vote is lost; and of two refits at a time only the first is kept.

use std::collections::HashMap;

use woolgather_coordinator_core::breeding::fame;
use woolgather_coordinator_core::ratings::refit::{self, Log, Refit, Said, SheepRow, VoteRow};
use woolgather_coordinator_core::ratings::{Belief, DAY_MS, SettledChild, Shift, heritability};
use woolgather_protocol::votes::Answer;

use super::database::{Database, Row, query};
use super::questions::{Question, Verdict};
use super::rows::named;
use super::sheep::{belief, belief_at_birth};
use super::writer::Tx;
use super::{Job, Store, StoreError};

/// Votes read in one go.
const VOTES_AT_ONCE: i64 = 5_000;
/// Voters written in one transaction.
const VOTERS_AT_ONCE: usize = 500;
/// How often the heritability is refitted: every week.
const HERITABILITY_EVERY_MS: i64 = 7 * DAY_MS;

/// Every standing vote, as of one moment.
#[derive(Debug)]
pub struct VoteLog {
    sheep: Vec<(String, Belief)>,
    voters: Vec<(String, Belief)>,
    sheep_rows: Vec<SheepRow>,
    voided: Vec<bool>,
    votes: Vec<VoteRow>,
    today: i32,
    refits: i64,
}

impl VoteLog {
    /// How many votes stand.
    #[must_use]
    pub fn votes(&self) -> usize {
        self.votes.len()
    }

    /// Works the beliefs out. Takes a while when there are many votes; touches nothing.
    ///
    /// # Errors
    ///
    /// [`refit::Unsettled`]: the ratings stay as they are.
    pub fn refit(&self) -> Result<Refit, refit::Unsettled> {
        refit::refit(&Log {
            sheep: &self.sheep_rows,
            voided: &self.voided,
            votes: &self.votes,
            today: self.today,
        })
    }
}

impl Store {
    /// Adds the job `Refit` when there are votes and the last refit was on an earlier day (UTC); says
    /// whether it did.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn plan_refit(&self) -> Result<bool, StoreError> {
        let midnight_ms = i64::from(day(self.now_ms())) * DAY_MS;
        let due = query(
            "SELECT 1 AS due FROM flock WHERE COALESCE(refit_ms, founded_ms) < $1
               AND EXISTS (SELECT 1 FROM vote)",
        );
        if self.row(due.bind(midnight_ms)).await?.is_none() {
            return Ok(false);
        }
        self.enqueue_job(Job::Refit).await?;
        Ok(true)
    }

    /// When the ratings were last fitted; `None` before the first time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn last_refit_ms(&self) -> Result<Option<i64>, StoreError> {
        let row = self.row(query("SELECT refit_ms FROM flock")).await?;
        Ok(row
            .map(|row| row.try_get("refit_ms"))
            .transpose()?
            .flatten())
    }

    /// Every standing vote.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn vote_log(&self) -> Result<VoteLog, StoreError> {
        let now_ms = self.now_ms();
        self.read(move |conn| vote_log(conn, now_ms)).await
    }

    /// Keeps what [`VoteLog::refit`] worked out; `false` where another refit was kept since the log was
    /// read, which changes nothing.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`]. Voters may have been written in part; the next refit
    /// begins anew.
    pub async fn keep_refit(&self, log: VoteLog, refit: Refit) -> Result<bool, StoreError> {
        let VoteLog {
            sheep,
            voters,
            refits,
            ..
        } = log;
        let fits: Vec<_> = sheep.into_iter().zip(refit.sheep).collect();
        let kept = self.write(move |tx| keep_sheep(tx, refits, &fits)).await?;
        if !kept {
            return Ok(false);
        }
        let mut fits = voters.into_iter().zip(refit.voters);
        loop {
            let page: Vec<_> = fits.by_ref().take(VOTERS_AT_ONCE).collect();
            if page.is_empty() {
                return Ok(true);
            }
            self.write(move |tx| {
                if refits_of(tx.conn)? != refits + 1 {
                    return Ok(());
                }
                page.iter()
                    .try_for_each(|((voter, before), fit)| keep_voter(tx, voter, *before, fit))
            })
            .await?;
        }
    }
}

fn day(ms: i64) -> i32 {
    i32::try_from(ms.div_euclid(DAY_MS)).unwrap_or(i32::MAX)
}

fn vote_log(conn: &mut dyn Database, now_ms: i64) -> Result<VoteLog, StoreError> {
    let rows = query(
        "SELECT id, born_ms, prior_mean, prior_variance, rating_mean, rating_variance, rated_ms
         FROM sheep WHERE votes > 0 ORDER BY number",
    )
    .fetch_all(&mut *conn)?;
    let (mut sheep, mut sheep_rows) = (Vec::new(), Vec::new());
    for row in &rows {
        sheep.push((row.try_get("id")?, belief(row, now_ms)?));
        sheep_rows.push(SheepRow {
            prior: belief_at_birth(row)?,
            born_day: day(row.try_get("born_ms")?),
        });
    }
    let rows = query(
        "SELECT id, voided, leniency_mean, leniency_variance FROM voter WHERE votes > 0
         ORDER BY id",
    )
    .fetch_all(&mut *conn)?;
    let (mut voters, mut voided) = (Vec::new(), Vec::new());
    for row in &rows {
        voters.push((row.try_get("id")?, leniency(row)?));
        voided.push(row.try_get::<Option<&str>>("voided")?.is_some());
    }
    let votes = standing_votes(conn, &places(&sheep), &places(&voters))?;
    Ok(VoteLog {
        sheep,
        voters,
        sheep_rows,
        voided,
        votes,
        today: day(now_ms),
        refits: refits_of(conn)?,
    })
}

fn places(named: &[(String, Belief)]) -> HashMap<&str, u32> {
    let names = named.iter().map(|(name, _)| name.as_str());
    names.zip(0..).collect()
}

fn standing_votes(
    conn: &mut dyn Database,
    sheep: &HashMap<&str, u32>,
    voters: &HashMap<&str, u32>,
) -> Result<Vec<VoteRow>, StoreError> {
    let place = |places: &HashMap<&str, u32>, name: &str| {
        let found = places.get(name).copied();
        found.ok_or_else(|| StoreError::Corrupt(format!("a vote of or on {name}, who has none")))
    };
    let mut votes = Vec::new();
    let mut after = [String::new(), String::new(), String::new()];
    loop {
        let [voter, first, second] = &after;
        let rows = query(
            "SELECT vote.voter, vote.first_sheep, vote.second_sheep, vote.voted_ms, vote.weight,
                    ballot.left_sheep, ballot.right_sheep, ballot.answer
             FROM vote JOIN ballot ON ballot.id = vote.ballot
             WHERE (vote.voter, vote.first_sheep, vote.second_sheep) > ($1, $2, $3)
             ORDER BY vote.voter, vote.first_sheep, vote.second_sheep LIMIT $4",
        )
        .bind(voter)
        .bind(first)
        .bind(second)
        .bind(VOTES_AT_ONCE)
        .fetch_all(&mut *conn)?;
        for row in &rows {
            let said = said(row, |name| place(sheep, name))?;
            votes.push(VoteRow {
                voter: place(voters, row.try_get("voter")?)?,
                day: day(row.try_get("voted_ms")?),
                weight: row.try_get("weight")?,
                said,
            });
        }
        let Some(last) = rows.last() else {
            return Ok(votes);
        };
        after = [
            last.try_get("voter")?,
            last.try_get("first_sheep")?,
            last.try_get("second_sheep")?,
        ];
    }
}

/// What a standing vote says, from the first sheep's side.
fn said(row: &Row, place: impl Fn(&str) -> Result<u32, StoreError>) -> Result<Said, StoreError> {
    let question = Question::of(row)?;
    let first = place(question.first.as_str())?;
    let verdict = question.verdict(named::<Answer>(row, "answer")?)?;
    Ok(match (verdict, &question.second) {
        (Verdict::Pair(answer), Some(second)) => Said::Pair {
            left: first,
            right: place(second.as_str())?,
            answer,
        },
        (verdict, _) => Said::Single {
            sheep: first,
            up: matches!(verdict, Verdict::Single { up: true }),
        },
    })
}

/// A sheep or voter with what was believed when the log was read.
type Before = (String, Belief);

fn keep_sheep(tx: &mut Tx<'_>, refits: i64, fits: &[(Before, Belief)]) -> Result<bool, StoreError> {
    let counted = query("UPDATE flock SET refits = refits + 1, refit_ms = $1 WHERE refits = $2")
        .bind(tx.now_ms)
        .bind(refits)
        .execute(&mut *tx.conn)?;
    if counted == 0 {
        return Ok(false);
    }
    for ((sheep, before), fit) in fits {
        let row = query("SELECT rating_mean, rating_variance, rated_ms FROM sheep WHERE id = $1")
            .bind(sheep)
            .fetch_one(&mut *tx.conn)?;
        let after = fit.shifted(since(*before, belief(&row, tx.now_ms)?));
        query(
            "UPDATE sheep SET rating_mean = $2, rating_variance = $3, rated_ms = $4, fame = $5
             WHERE id = $1",
        )
        .bind(sheep)
        .bind(after.mean)
        .bind(after.variance)
        .bind(tx.now_ms)
        .bind(fame(after))
        .execute(&mut *tx.conn)?;
    }
    refit_heritability(tx)?;
    Ok(true)
}

/// What votes did to a belief between two moments.
fn since(before: Belief, now: Belief) -> Shift {
    Shift {
        mean: now.mean - before.mean,
        // Drift alone makes nobody surer.
        precision: (1.0 / now.variance - 1.0 / before.variance).max(0.0),
    }
}

fn keep_voter(
    tx: &mut Tx<'_>,
    voter: &str,
    before: Belief,
    fit: &refit::VoterFit,
) -> Result<(), StoreError> {
    let row = query("SELECT leniency_mean, leniency_variance FROM voter WHERE id = $1")
        .bind(voter)
        .fetch_one(&mut *tx.conn)?;
    let after = fit.leniency.shifted(since(before, leniency(&row)?));
    query(
        "UPDATE voter SET leniency_mean = $2, leniency_variance = $3, reliability = $4,
                          unreliable = $5
         WHERE id = $1",
    )
    .bind(voter)
    .bind(after.mean)
    .bind(after.variance)
    .bind(fit.reliability)
    .bind(i64::from(fit.unreliable))
    .execute(&mut *tx.conn)?;
    Ok(())
}

/// Once a week: how much children take after their parents.
fn refit_heritability(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let due = query("UPDATE flock SET heritability_ms = $1 WHERE heritability_ms <= $2")
        .bind(tx.now_ms)
        .bind(tx.now_ms - HERITABILITY_EVERY_MS)
        .execute(&mut *tx.conn)?;
    if due == 0 {
        return Ok(());
    }
    let rows = query(
        "SELECT mid_parent, prior_mean, prior_variance, rating_mean, rating_variance, rated_ms
         FROM sheep WHERE mid_parent IS NOT NULL AND votes > 0 ORDER BY number",
    )
    .fetch_all(&mut *tx.conn)?;
    let child = |row: &Row| -> Result<SettledChild, StoreError> {
        Ok(SettledChild {
            mid_parent: row.try_get("mid_parent")?,
            prior: belief_at_birth(row)?,
            now: belief(row, tx.now_ms)?,
        })
    };
    let children: Vec<SettledChild> = rows.iter().map(child).collect::<Result<_, _>>()?;
    query("UPDATE flock SET heritability = $1")
        .bind(heritability(&children))
        .execute(&mut *tx.conn)?;
    Ok(())
}

fn refits_of(conn: &mut dyn Database) -> Result<i64, StoreError> {
    let row = query("SELECT refits FROM flock").fetch_one(conn)?;
    Ok(row.try_get("refits")?)
}

/// How easily a voter says yes.
pub(super) fn leniency(row: &Row) -> Result<Belief, StoreError> {
    Ok(Belief {
        mean: row.try_get("leniency_mean")?,
        variance: row.try_get("leniency_variance")?,
    })
}
