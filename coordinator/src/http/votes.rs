//! `/api/v1/ballots` and `/api/v1/votes`: a question is dealt, and answered.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use woolgather_protocol::votes::{Ballot, BallotRequest, Vote, VoteReceipt};

use super::error::ApiError;
use super::extract::ClientAddress;
use super::tokens::{self, AskedBy};
use crate::state::App;
use crate::store::VoteFrom;

/// Deal a ballot
#[utoipa::path(
    post,
    path = "/api/v1/ballots",
    tag = "votes",
    request_body = BallotRequest,
    responses(
        (status = 200, description = "A question, good once and for a day", body = Ballot),
    ),
    security(("device" = []), ("token" = [])),
    extensions(("x-problems" = json!(["no-ballot"]))),
)]
pub async fn post_ballot(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    request: AskedBy<tokens::Vote, BallotRequest>,
) -> Result<Json<Ballot>, ApiError> {
    app.throttles.ballots.claim(address, app.clock.now_ms())?;
    let ballot = app
        .store
        .deal_ballot(&request.voter, request.value, &app.secret)
        .await?;
    Ok(Json(ballot))
}

/// Answer a ballot
#[utoipa::path(
    post,
    path = "/api/v1/votes",
    tag = "votes",
    request_body = Vote,
    responses(
        (status = 200, description = "The vote is counted and on disk", body = VoteReceipt),
    ),
    security(("device" = []), ("token" = [])),
    extensions(("x-problems" = json!(["unknown-ballot", "spent-ballot", "expired-ballot", "wrong-answer"]))),
)]
pub async fn post_vote(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    request: AskedBy<tokens::Vote, Vote>,
) -> Result<Json<VoteReceipt>, ApiError> {
    let from = VoteFrom {
        voter: request.voter,
        address: Some(address),
    };
    let receipt = app
        .store
        .record_vote(from, &request.value, &app.secret)
        .await?;
    Ok(Json(receipt))
}
