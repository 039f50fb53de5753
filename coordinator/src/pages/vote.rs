//! `/vote`: two sheep side by side.
//!
//! Without scripts a vote is a form, answered with a redirect to the next pair. The page's script
//! sends the same form and asks for JSON; it holds the next pair before the first is answered, so that
//! nobody waits for pictures.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use woolgather_protocol::votes::{Answer, Ballot, BallotRequest, BallotSheep, Vote, VoteReceipt};
use woolgather_protocol::{ProblemKind, SheepId};
use woolgather_web::views::{ClipLink, Pair, SheepCard, VotePage};

use super::answer::{PageError, page, refusal, wants_json};
use super::cards::card;
use super::voter::WebVoter;
use crate::http::error::ApiError;
use crate::http::extract::QueryOf;
use crate::state::App;
use crate::store::{StoreError, VoteFrom};

/// What became of the vote before this page; the redirect after a form says it.
#[derive(Debug, Default, Deserialize)]
pub struct Before {
    /// It was counted; so many were given by this browser.
    counted: Option<u64>,
    /// It was not, for this reason.
    problem: Option<ProblemKind>,
    /// It was taken back, and so many are left.
    undone: Option<u64>,
}

/// Which pair the script holds already.
#[derive(Debug, Deserialize)]
pub struct Held {
    /// Its ballot's token.
    besides: String,
}

/// The form.
#[derive(Debug, Deserialize)]
pub struct VoteForm {
    /// The ballot's token.
    ballot: String,
    /// `left`, `right` or `same`.
    answer: Answer,
    /// The token of the pair that the script shows meanwhile.
    besides: Option<String>,
}

/// What the script gets after a vote.
#[derive(Debug, Serialize)]
struct Voted {
    next: Option<NextPair>,
    votes: u64,
}

#[derive(Debug, Serialize)]
struct NextPair {
    ballot: String,
    left: NextSheep,
    right: NextSheep,
}

#[derive(Debug, Serialize)]
struct NextSheep {
    id: SheepId,
    title: String,
    artist: String,
    poster: String,
    video: Option<String>,
}

/// Deals a pair to this browser.
///
/// # Errors
///
/// The store's.
pub async fn get_vote(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    QueryOf(before): QueryOf<Before>,
) -> Result<Response, PageError> {
    let view = VotePage {
        pair: deal(&app, &voter.from, None).await?,
        votes: before.counted.or(before.undone).unwrap_or(0),
        thanked: before.counted.is_some(),
        undone: before.undone.is_some(),
        problem: before.problem.map(|kind| kind.title().to_owned()),
    };
    Ok(voter.remember(page(&view)?))
}

/// The pair after the one that the script holds.
///
/// # Errors
///
/// `unknown-ballot`, `too-many`, or the store's.
pub async fn get_next(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    QueryOf(held): QueryOf<Held>,
) -> Result<Response, ApiError> {
    let next = deal(&app, &voter.from, Some(&held.besides)).await?;
    Ok(Json(next.map(NextPair::from)).into_response())
}

/// Takes the last vote back and shows its pair again.
///
/// # Errors
///
/// The store's own failures. Where there is nothing to take back the page says so.
pub async fn post_undo(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    headers: HeaderMap,
) -> Response {
    undo(&app, &voter.from, &headers)
        .await
        .unwrap_or_else(|error| PageError::from(error).into_response())
}

async fn undo(app: &App, from: &VoteFrom, headers: &HeaderMap) -> Result<Response, ApiError> {
    let taken = app.store.take_back_vote(&from.voter, &app.secret).await?;
    if !wants_json(headers) {
        let to = match &taken {
            Some(taken) => format!("/vote?undone={}", taken.votes_by_you),
            None => "/vote".to_owned(),
        };
        return Ok(Redirect::to(&to).into_response());
    }
    let voted = match taken {
        Some(taken) => Some(Voted {
            votes: taken.votes_by_you,
            next: pair_of(app, taken.ballot).await?.map(NextPair::from),
        }),
        None => None,
    };
    Ok(Json(voted).into_response())
}

/// Counts a vote and goes on to the next pair.
///
/// # Errors
///
/// For a form without script only the coordinator's own failures: refusals are shown with the next
/// pair.
pub async fn post_vote(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    headers: HeaderMap,
    form: Result<Form<VoteForm>, FormRejection>,
) -> Response {
    let besides = form.as_ref().ok().and_then(|form| form.besides.clone());
    let voted = count(&app, voter.from.clone(), form).await;
    let response = if wants_json(&headers) {
        answer_script(&app, &voter.from, voted, besides.as_deref()).await
    } else {
        Ok(answer_form(voted))
    };
    voter.remember(response.unwrap_or_else(IntoResponse::into_response))
}

async fn count(
    app: &App,
    from: VoteFrom,
    form: Result<Form<VoteForm>, FormRejection>,
) -> Result<VoteReceipt, ApiError> {
    let Form(form) = form.map_err(|rejection| {
        ApiError::refused(ProblemKind::MalformedRequest, rejection.body_text())
    })?;
    let vote = Vote {
        token: form.ballot,
        answer: form.answer,
    };
    Ok(app.store.record_vote(from, &vote, &app.secret).await?)
}

fn answer_form(voted: Result<VoteReceipt, ApiError>) -> Response {
    match voted {
        Ok(receipt) => {
            Redirect::to(&format!("/vote?counted={}", receipt.votes_by_you)).into_response()
        }
        Err(ApiError::Refused(problem)) => {
            Redirect::to(&format!("/vote?problem={}", problem.kind)).into_response()
        }
        Err(error) => PageError::from(error).into_response(),
    }
}

async fn answer_script(
    app: &App,
    from: &VoteFrom,
    voted: Result<VoteReceipt, ApiError>,
    besides: Option<&str>,
) -> Result<Response, ApiError> {
    let receipt = voted?;
    let next = deal(app, from, besides).await?.map(NextPair::from);
    let votes = receipt.votes_by_you;
    Ok(Json(Voted { next, votes }).into_response())
}

impl From<Pair> for NextPair {
    fn from(pair: Pair) -> Self {
        Self {
            ballot: pair.ballot,
            left: pair.left.into(),
            right: pair.right.into(),
        }
    }
}

impl From<SheepCard> for NextSheep {
    fn from(card: SheepCard) -> Self {
        Self {
            poster: card.poster_url(),
            video: card.clip.as_ref().map(ClipLink::video_url),
            id: card.id,
            title: card.title,
            artist: card.artist,
        }
    }
}

/// Deals a pair, another than the one of the token `besides`; `None` while there are too few sheep.
async fn deal(app: &App, from: &VoteFrom, besides: Option<&str>) -> Result<Option<Pair>, ApiError> {
    if let Some(address) = from.address {
        app.throttles.ballots.claim(address, app.clock.now_ms())?;
    }
    let (store, secret) = (&app.store, &app.secret);
    let dealt = match besides {
        None => {
            store
                .deal_ballot(&from.voter, BallotRequest::Pair, secret)
                .await
        }
        Some(held) => store.deal_next_pair(&from.voter, held, secret).await,
    };
    match refusal(dealt)? {
        Ok(ballot) => pair_of(app, ballot).await,
        Err(problem) if problem.kind == ProblemKind::NoBallot => Ok(None),
        Err(problem) => Err(problem.into()),
    }
}

/// A ballot as two cards; `None` for one about a single sheep.
async fn pair_of(app: &App, ballot: Ballot) -> Result<Option<Pair>, ApiError> {
    let Some(right) = ballot.right else {
        return Ok(None);
    };
    Ok(Some(Pair {
        left: dealt_card(app, &ballot.left).await?,
        right: dealt_card(app, &right).await?,
        ballot: ballot.token,
    }))
}

async fn dealt_card(app: &App, sheep: &BallotSheep) -> Result<SheepCard, StoreError> {
    card(app, app.store.sheep(&sheep.id).await?).await
}
