//! `/vote`: two sheep side by side.
//!
//! Without scripts a vote is a form, answered with a redirect to the next pair. The page's script
//! sends the same form and asks for JSON, to change the pair in place.

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
}

/// The form.
#[derive(Debug, Deserialize)]
pub struct VoteForm {
    /// The ballot's token.
    ballot: String,
    /// `left`, `right` or `same`.
    answer: Answer,
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
        pair: deal(&app, &voter.from).await?,
        votes: before.counted.unwrap_or(0),
        thanked: before.counted.is_some(),
        problem: before.problem.map(|kind| kind.title().to_owned()),
    };
    Ok(voter.remember(page(&view)?))
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
    let voted = count(&app, voter.from.clone(), form).await;
    let response = if wants_json(&headers) {
        answer_script(&app, &voter.from, voted).await
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
) -> Result<Response, ApiError> {
    let receipt = voted?;
    let next = deal(app, from).await?.map(|pair| NextPair {
        ballot: pair.ballot,
        left: next_sheep(pair.left),
        right: next_sheep(pair.right),
    });
    let votes = receipt.votes_by_you;
    Ok(Json(Voted { next, votes }).into_response())
}

fn next_sheep(card: SheepCard) -> NextSheep {
    NextSheep {
        poster: card.poster_url(),
        video: card.clip.as_ref().map(ClipLink::video_url),
        id: card.id,
        title: card.title,
        artist: card.artist,
    }
}

/// Deals a pair; `None` while there are too few sheep.
async fn deal(app: &App, from: &VoteFrom) -> Result<Option<Pair>, ApiError> {
    if let Some(address) = from.address {
        app.throttles.ballots.claim(address, app.clock.now_ms())?;
    }
    let dealt = app
        .store
        .deal_ballot(&from.voter, BallotRequest::Pair, &app.secret)
        .await;
    match refusal(dealt)? {
        Ok(Ballot {
            token,
            left,
            right: Some(right),
        }) => Ok(Some(Pair {
            ballot: token,
            left: dealt_card(app, &left).await?,
            right: dealt_card(app, &right).await?,
        })),
        Ok(_) => Ok(None),
        Err(problem) if problem.kind == ProblemKind::NoBallot => Ok(None),
        Err(problem) => Err(problem.into()),
    }
}

async fn dealt_card(app: &App, sheep: &BallotSheep) -> Result<SheepCard, StoreError> {
    card(app, app.store.sheep(&sheep.id).await?).await
}
