//! Ballots for what a device has shown, dealt once for each sheep however often its page is opened.
//!
//! The page is reached by a link, and a link may be followed again and again: by its reader, and by whoever puts it
//! where others' browsers follow it. So a ballot that waits for its answer is dealt out again instead of another one,
//! and it does not count as an exposure: nobody was asked about this sheep in place of another, and a link must not be
//! able to push a sheep out of the deal.

use std::collections::HashMap;

use woolgather_coordinator_core::ballots::{BallotTicket, seal_token};
use woolgather_protocol::seen::SEEN_TERM_MS;
use woolgather_protocol::votes::Answer;
use woolgather_protocol::{DeviceSecret, SheepId};

use super::ballots::{fresh_ticket, insert_ballot, meet_voter};
use super::database::query;
use super::people::canonical;
use super::rows::named;
use super::writer::Tx;
use super::{SheepState, Store, StoreError, VoterId};

/// What a voter may say about a sheep, and what they said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenBallot {
    /// The token of a ballot about it; `None` for one that is not put to the vote any more.
    pub token: Option<String>,
    /// The voter's standing vote on it.
    pub standing: Option<Answer>,
}

impl Store {
    /// Deals a voter a ballot on each of these sheep that lives, and says what they voted before. Sheep that are not
    /// known are left out.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn deal_seen(
        &self,
        voter: &VoterId,
        sheep: &[SheepId],
        secret: &DeviceSecret,
    ) -> Result<HashMap<SheepId, SeenBallot>, StoreError> {
        let (voter, sheep, secret) = (voter.clone(), sheep.to_vec(), secret.clone());
        self.write(move |tx| deal_seen(tx, &voter, sheep, &secret))
            .await
    }
}

fn deal_seen(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    sheep: Vec<SheepId>,
    secret: &DeviceSecret,
) -> Result<HashMap<SheepId, SeenBallot>, StoreError> {
    let voter = &canonical(tx.conn, voter)?;
    meet_voter(tx, voter)?;
    let mut dealt = HashMap::new();
    for sheep in sheep {
        let row = query("SELECT state FROM sheep WHERE id = $1")
            .bind(sheep.as_str())
            .fetch_optional(&mut *tx.conn)?;
        let Some(row) = row else { continue };
        let token = if named::<SheepState>(&row, "state")? == SheepState::Live {
            let ticket = ticket(tx, voter, &sheep)?;
            Some(seal_token(&ticket, secret))
        } else {
            None
        };
        let standing = standing(tx, voter, &sheep)?;
        dealt.insert(sheep, SeenBallot { token, standing });
    }
    Ok(dealt)
}

/// The ballot on this sheep that waits for the voter's answer and stays good for as long as the page does, or a
/// fresh one.
fn ticket(tx: &mut Tx<'_>, voter: &VoterId, sheep: &SheepId) -> Result<BallotTicket, StoreError> {
    let row = query(
        "SELECT id, expires_ms FROM ballot
         WHERE voter = $1 AND left_sheep = $2 AND right_sheep IS NULL AND answered_ms IS NULL AND expires_ms > $3
         ORDER BY expires_ms DESC LIMIT 1",
    )
    .bind(voter.as_str())
    .bind(sheep.as_str())
    .bind(tx.now_ms + SEEN_TERM_MS)
    .fetch_optional(&mut *tx.conn)?;
    if let Some(row) = row {
        return Ok(BallotTicket {
            ballot: row.try_get("id")?,
            voter: voter.clone(),
            expires_at_ms: row.try_get("expires_ms")?,
        });
    }
    let ticket = fresh_ticket(tx, voter.clone());
    insert_ballot(tx, &ticket, sheep, None)?;
    Ok(ticket)
}

/// The voter's standing vote on a single sheep.
fn standing(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    sheep: &SheepId,
) -> Result<Option<Answer>, StoreError> {
    let row = query(
        "SELECT ballot.answer FROM vote JOIN ballot ON ballot.id = vote.ballot
         WHERE vote.voter = $1 AND vote.first_sheep = $2 AND vote.second_sheep = ''",
    )
    .bind(voter.as_str())
    .bind(sheep.as_str())
    .fetch_optional(&mut *tx.conn)?;
    row.map(|row| named(&row, "answer")).transpose()
}
