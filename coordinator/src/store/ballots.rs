//! Ballots dealt: which sheep, to whom, until when. The choice is the core crate's.
//!
//! A voter has one open question of each kind. Asking again deals it out again, as long as it lives and
//! stays good for a while: otherwise whoever wants a certain sheep on a ballot would throw ballots away
//! until it comes (fifty fakes who do so for a week succeed, `sim flock`). A question dealt again is no
//! second exposure.

use std::collections::BTreeSet;

use woolgather_coordinator_core::ballots::{BALLOT_TERM_MS, BallotTicket, seal_token};
use woolgather_coordinator_core::dealing::{Candidate, deal_pair, deal_single_to};
use woolgather_coordinator_core::ratings::Belief;
use woolgather_protocol::votes::{Ballot, BallotRequest, BallotSheep};
use woolgather_protocol::{DeviceSecret, ProblemKind, SheepId};

use super::database::{Database, query};
use super::rows::{maybe_parsed, name_of, number, parsed};
use super::secrets::new_name;
use super::sheep::belief;
use super::writer::Tx;
use super::{SheepState, StoreError, VoterId};

/// A living sheep that could be on a ballot.
struct Living {
    sheep: BallotSheep,
    candidate: Candidate,
}

/// A ballot that runs out sooner than this is not dealt out again: there must be time to answer.
const DEALT_AGAIN_MS: i64 = 60 * 60 * 1000;

/// Deals a ballot and logs it; or deals out again the oldest of this kind that waits for its answer,
/// other than the one `held`.
pub(super) fn deal(
    tx: &mut Tx<'_>,
    voter: VoterId,
    request: &BallotRequest,
    held: Option<&str>,
    secret: &DeviceSecret,
) -> Result<Ballot, StoreError> {
    meet_voter(tx, &voter)?;
    let living = living(tx.conn, tx.now_ms)?;
    let answered = match request {
        BallotRequest::Single { on_screen: None } => answered(tx.conn, &voter)?,
        _ => BTreeSet::new(),
    };
    let could_be_asked: Vec<&BallotSheep> = living
        .iter()
        .map(|living| &living.sheep)
        .filter(|sheep| !answered.contains(&sheep.id))
        .collect();
    if let Some((ticket, left, right)) = open(tx, &voter, request, held, &could_be_asked)? {
        return Ok(Ballot {
            token: seal_token(&ticket, secret),
            left,
            right,
        });
    }
    let (left, right) = choose(tx, &living, &answered, request).ok_or_else(|| {
        let detail = "There are not enough living sheep yet.";
        StoreError::refused(ProblemKind::NoBallot, detail)
    })?;
    let ticket = fresh_ticket(tx, voter);
    let ballot = Ballot {
        token: seal_token(&ticket, secret),
        left: left.clone(),
        right: right.cloned(),
    };
    log(tx, &ticket, &ballot)?;
    Ok(ballot)
}

/// The voter's oldest open ballot of this kind about such sheep.
fn open(
    tx: &mut Tx<'_>,
    voter: &VoterId,
    request: &BallotRequest,
    held: Option<&str>,
    sheep: &[&BallotSheep],
) -> Result<Option<(BallotTicket, BallotSheep, Option<BallotSheep>)>, StoreError> {
    let rows = query(
        "SELECT id, left_sheep, right_sheep, expires_ms FROM ballot
         WHERE voter = $1 AND answered_ms IS NULL AND expires_ms > $2 ORDER BY dealt_ms, id",
    )
    .bind(voter.as_str())
    .bind(tx.now_ms + DEALT_AGAIN_MS)
    .fetch_all(&mut *tx.conn)?;
    let found = |id: &SheepId| sheep.iter().find(|sheep| sheep.id == *id).copied().cloned();
    for row in rows {
        let ballot: String = row.try_get("id")?;
        let left: SheepId = parsed(&row, "left_sheep")?;
        let right: Option<SheepId> = maybe_parsed(&row, "right_sheep")?;
        let is_asked_for = match request {
            BallotRequest::Pair => right.is_some(),
            BallotRequest::Single { on_screen: None } => right.is_none(),
            BallotRequest::Single {
                on_screen: Some(shown),
            } => right.is_none() && left == *shown,
        };
        if !is_asked_for || held == Some(ballot.as_str()) {
            continue;
        }
        let Some(left) = found(&left) else { continue };
        let is_pair = right.is_some();
        let right = right.and_then(|right| found(&right));
        if is_pair != right.is_some() {
            continue;
        }
        let ticket = BallotTicket {
            ballot,
            voter: voter.clone(),
            expires_at_ms: row.try_get("expires_ms")?,
        };
        return Ok(Some((ticket, left, right)));
    }
    Ok(None)
}

/// A ticket for a new ballot.
pub(super) fn fresh_ticket(tx: &mut Tx<'_>, voter: VoterId) -> BallotTicket {
    BallotTicket {
        ballot: new_name(tx),
        voter,
        expires_at_ms: tx.now_ms + BALLOT_TERM_MS,
    }
}

fn choose<'a>(
    tx: &mut Tx<'_>,
    living: &'a [Living],
    answered: &BTreeSet<SheepId>,
    request: &BallotRequest,
) -> Option<(&'a BallotSheep, Option<&'a BallotSheep>)> {
    let candidates: Vec<Candidate> = living.iter().map(|sheep| sheep.candidate).collect();
    let sheep = |place: usize| &living[place].sheep;
    match request {
        BallotRequest::Pair => {
            let (left, right) = deal_pair(&candidates, tx.rng)?;
            Some((sheep(left), Some(sheep(right))))
        }
        BallotRequest::Single { on_screen: None } => {
            let was_answered = |living: &Living| answered.contains(&living.sheep.id);
            let answered: Vec<bool> = living.iter().map(was_answered).collect();
            Some((sheep(deal_single_to(&candidates, &answered, tx.rng)?), None))
        }
        BallotRequest::Single {
            on_screen: Some(id),
        } => {
            let shown = living.iter().find(|living| living.sheep.id == *id)?;
            Some((&shown.sheep, None))
        }
    }
}

/// The sheep that the voter has a standing vote on, not as one of a pair.
fn answered(conn: &mut dyn Database, voter: &VoterId) -> Result<BTreeSet<SheepId>, StoreError> {
    let rows = query("SELECT first_sheep FROM vote WHERE voter = $1 AND second_sheep = ''")
        .bind(voter.as_str())
        .fetch_all(conn)?;
    rows.iter().map(|row| parsed(row, "first_sheep")).collect()
}

fn living(conn: &mut dyn Database, now_ms: i64) -> Result<Vec<Living>, StoreError> {
    let rows = query(
        "SELECT id, title, artist, rating_mean, rating_variance, rated_ms, exposures FROM sheep
         WHERE state = $1 ORDER BY number",
    )
    .bind(name_of(&SheepState::Live))
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| {
            Ok(Living {
                sheep: BallotSheep {
                    id: parsed(row, "id")?,
                    title: row.try_get("title")?,
                    artist: row.try_get("artist")?,
                },
                candidate: Candidate {
                    belief: belief(row, now_ms)?,
                    exposures: number(row, "exposures")?,
                },
            })
        })
        .collect()
}

pub(super) fn meet_voter(tx: &mut Tx<'_>, voter: &VoterId) -> Result<(), StoreError> {
    let Belief { mean, variance } = Belief::NEW_VOTER;
    query(
        "INSERT INTO voter (id, first_seen_ms, leniency_mean, leniency_variance)
         VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
    )
    .bind(voter.as_str())
    .bind(tx.now_ms)
    .bind(mean)
    .bind(variance)
    .execute(&mut *tx.conn)?;
    Ok(())
}

fn log(tx: &mut Tx<'_>, ticket: &BallotTicket, ballot: &Ballot) -> Result<(), StoreError> {
    let right = ballot.right.as_ref().map(|right| &right.id);
    insert_ballot(tx, ticket, &ballot.left.id, right)?;
    for sheep in [Some(&ballot.left.id), right].into_iter().flatten() {
        query("UPDATE sheep SET exposures = exposures + 1 WHERE id = $1")
            .bind(sheep.as_str())
            .execute(&mut *tx.conn)?;
    }
    Ok(())
}

/// Writes a ballot down.
pub(super) fn insert_ballot(
    tx: &mut Tx<'_>,
    ticket: &BallotTicket,
    left: &SheepId,
    right: Option<&SheepId>,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO ballot (id, voter, left_sheep, right_sheep, dealt_ms, expires_ms)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&ticket.ballot)
    .bind(ticket.voter.as_str())
    .bind(left.as_str())
    .bind(right.map(SheepId::as_str))
    .bind(tx.now_ms)
    .bind(ticket.expires_at_ms)
    .execute(&mut *tx.conn)?;
    Ok(())
}
