//! `/seen`: what a computer has just shown, to be voted on.
//!
//! The address carries a list that the computer's device key signed (`protocol::seen`). With it come ballots for that
//! device, and the form sends list and ballot back: the list says who votes, the ballot that the question was dealt.
//! Without a good signature the sheep are shown all the same, for everybody may see them, and a sentence says why
//! nobody can vote.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use woolgather_protocol::seen::{Claim, NoList};
use woolgather_protocol::votes::{Answer, Vote};
use woolgather_protocol::{ProblemKind, PublicKey, SheepId, paths};
use woolgather_web::views::{SeenPage, SeenSheep};

use super::answer::{PageError, page, page_with_status, refusal};
use super::cards::card;
use crate::http::error::ApiError;
use crate::http::extract::{ClientAddress, QueryOf};
use crate::state::App;
use crate::store::{SeenBallot, StoreError, VoteFrom, VoterId};

/// What the address says.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The sealed list.
    list: Option<String>,
    /// The vote before this page was counted.
    counted: Option<u8>,
    /// It was not, for this reason.
    problem: Option<ProblemKind>,
}

/// The form: a list, and the ballot whose button was pressed.
#[derive(Debug, Deserialize)]
pub struct SeenForm {
    /// The sealed list.
    list: String,
    /// The ballot of a sheep that is liked.
    up: Option<String>,
    /// The ballot of one that is not.
    down: Option<String>,
}

/// Shows the sheep on a list.
///
/// # Errors
///
/// The store's.
pub async fn get_seen(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Response, PageError> {
    let Some(list) = wanted.list else {
        return Ok(page(&SeenPage::default())?);
    };
    let Ok(claim) = Claim::read(&list) else {
        return Ok(no_list()?);
    };
    let device = claim.verify(&app.secret.public(), app.clock.now_ms());
    let dealt = match device {
        Ok(device) => deal(&app, address, &device, claim.sheep()).await?,
        Err(doubt) => Err(doubt.to_string()),
    };
    let (mut ballots, doubt) = match dealt {
        Ok(ballots) => (ballots, None),
        Err(doubt) => (HashMap::new(), Some(doubt)),
    };
    let mut sheep = Vec::new();
    for id in claim.sheep() {
        let ballot = ballots.remove(id).unwrap_or_default();
        sheep.extend(seen(&app, id, ballot).await?);
    }
    Ok(page(&SeenPage {
        list: Some(list),
        sheep,
        doubt,
        thanked: wanted.counted.is_some(),
        problem: wanted.problem.map(|kind| kind.title().to_owned()),
    })?)
}

/// Counts a vote and goes back to the list.
pub async fn post_seen(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    form: Result<Form<SeenForm>, FormRejection>,
) -> Response {
    match count(&app, address, form).await {
        Ok(back) => Redirect::to(&back).into_response(),
        Err(error) => PageError::from(error).into_response(),
    }
}

/// Counts the vote; where to go then.
async fn count(
    app: &App,
    address: IpAddr,
    form: Result<Form<SeenForm>, FormRejection>,
) -> Result<String, ApiError> {
    let malformed = |detail: String| ApiError::refused(ProblemKind::MalformedRequest, detail);
    let Form(form) = form.map_err(|rejection| malformed(rejection.body_text()))?;
    let claim = Claim::read(&form.list).map_err(|no: NoList| malformed(sentence(no)))?;
    let back = paths::seen(&form.list);
    let Ok(device) = claim.verify(&app.secret.public(), app.clock.now_ms()) else {
        // The page says why.
        return Ok(back);
    };
    let (token, answer) = match (form.up, form.down) {
        (Some(token), None) => (token, Answer::Up),
        (None, Some(token)) => (token, Answer::Down),
        _ => return Err(malformed("The form holds one vote.".to_owned())),
    };
    let from = VoteFrom {
        voter: VoterId::device(&device),
        address: Some(address),
    };
    let voted = app
        .store
        .record_vote(from, &Vote { token, answer }, &app.secret)
        .await;
    Ok(match refusal(voted)? {
        Ok(_) => format!("{back}&counted=1"),
        Err(problem) => format!("{back}&problem={}", problem.kind),
    })
}

/// Deals the ballots, or says why there are none.
async fn deal(
    app: &App,
    address: IpAddr,
    device: &PublicKey,
    sheep: &[SheepId],
) -> Result<Result<HashMap<SheepId, SeenBallot>, String>, StoreError> {
    for _ in sheep {
        if let Err(problem) = app.throttles.ballots.claim(address, app.clock.now_ms()) {
            return Ok(Err(problem.detail));
        }
    }
    let voter = VoterId::device(device);
    let dealt = app.store.deal_seen(&voter, sheep, &app.secret).await?;
    Ok(Ok(dealt))
}

/// A sheep of the list; `None` for one that this flock does not know, or has no picture of yet.
async fn seen(
    app: &App,
    id: &SheepId,
    ballot: SeenBallot,
) -> Result<Option<SeenSheep>, StoreError> {
    let Ok(row) = refusal(app.store.sheep(id).await)? else {
        return Ok(None);
    };
    if row.poster.is_none() {
        return Ok(None);
    }
    Ok(Some(SeenSheep {
        card: card(app, row).await?,
        ballot: ballot.token,
        standing: ballot.standing,
    }))
}

fn no_list() -> Result<Response, ApiError> {
    let view = SeenPage {
        doubt: Some(sentence(NoList)),
        ..SeenPage::default()
    };
    page_with_status(StatusCode::BAD_REQUEST, &view)
}

fn sentence(no: NoList) -> String {
    format!("This cannot be read: {no}.")
}
