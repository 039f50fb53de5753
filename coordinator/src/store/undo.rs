//! A vote is taken back: by the voter who has just given it, with the question open again.
//!
//! Only the last answer about a pair, and only for a while: this is for a slip of the finger. A vote that the
//! taken one had replaced does not come back.

use woolgather_coordinator_core::ballots::{BallotTicket, seal_token};
use woolgather_protocol::votes::{Ballot, BallotSheep};
use woolgather_protocol::{DeviceSecret, SheepId};

use super::database::query;
use super::people::canonical;
use super::questions::Question;
use super::rows::{maybe_parsed, name_of, number, parsed};
use super::votes::{count_act, count_standing, take_back};
use super::writer::Tx;
use super::{SheepState, Store, StoreError, VoterId};

/// How long after it was given a vote can be taken back.
pub const UNDO_TERM_MS: i64 = 10 * 60 * 1000;

/// A question that is open again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// The question.
    pub ballot: Ballot,
    /// How many votes this voter has given.
    pub votes_by_you: u64,
}

impl Store {
    /// Takes back the voter's last vote on a pair, as if it had not been given, and opens its ballot again. `None`
    /// where there is none of the last ten minutes whose sheep still live.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn take_back_vote(
        &self,
        voter: &VoterId,
        secret: &DeviceSecret,
    ) -> Result<Option<TakenBack>, StoreError> {
        let (voter, secret) = (voter.clone(), secret.clone());
        self.write(move |tx| {
            let voter = canonical(tx.conn, &voter)?;
            undo(tx, &voter, &secret)
        })
        .await
    }
}

fn undo(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    secret: &DeviceSecret,
) -> Result<Option<TakenBack>, StoreError> {
    let row = query(
        "SELECT id, left_sheep, right_sheep, expires_ms FROM ballot
         WHERE voter = $1 AND answered_ms > $2 AND right_sheep IS NOT NULL AND expires_ms > $3
         ORDER BY answered_ms DESC, id LIMIT 1",
    )
    .bind(voter.as_str())
    .bind(tx.now_ms - UNDO_TERM_MS)
    .bind(tx.now_ms)
    .fetch_optional(&mut *tx.conn)?;
    let Some(row) = row else { return Ok(None) };
    let Some(left) = living(tx, &parsed(&row, "left_sheep")?)? else {
        return Ok(None);
    };
    let right = match maybe_parsed(&row, "right_sheep")? {
        Some(right) => living(tx, &right)?,
        None => None,
    };
    if right.is_none() {
        return Ok(None);
    }
    let question = Question::of(&row)?;
    if take_back(tx, voter, &question)? {
        count_standing(tx, &question, -1)?;
    }
    count_act(tx, &question, -1)?;
    let ballot: String = row.try_get("id")?;
    query("UPDATE ballot SET answered_ms = NULL, answer = NULL, weight = NULL WHERE id = $1")
        .bind(&ballot)
        .execute(&mut *tx.conn)?;
    let counted = query("UPDATE voter SET votes = votes - 1 WHERE id = $1 RETURNING votes")
        .bind(voter.as_str())
        .fetch_one(&mut *tx.conn)?;
    let ticket = BallotTicket {
        ballot,
        voter: voter.clone(),
        expires_at_ms: row.try_get("expires_ms")?,
    };
    Ok(Some(TakenBack {
        ballot: Ballot {
            token: seal_token(&ticket, secret),
            left,
            right,
        },
        votes_by_you: number(&counted, "votes")?,
    }))
}

/// The sheep as a ballot shows it, if it can still be voted on.
fn living(tx: &mut Tx<'_>, id: &SheepId) -> Result<Option<BallotSheep>, StoreError> {
    let row = query("SELECT title, artist FROM sheep WHERE id = $1 AND state = $2")
        .bind(id.as_str())
        .bind(name_of(&SheepState::Live))
        .fetch_optional(&mut *tx.conn)?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(BallotSheep {
        id: id.clone(),
        title: row.try_get("title")?,
        artist: row.try_get("artist")?,
    }))
}
