//! `GET /problems/{kind}`: what a refusal means. Every problem's `type` leads here.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use woolgather_protocol::ProblemKind;

use super::error::ApiError;
use super::extract::PathOf;

/// What a refusal means, as a short text.
///
/// # Errors
///
/// `not-found` when there is no such kind.
pub async fn get_problem(PathOf(kind): PathOf<ProblemKind>) -> Result<Response, ApiError> {
    let text = format!(
        "{kind}\n\n{}.\nSent with status {}.\n\n\
         The \"detail\" of the answer says what happened this time. All kinds: {}.\n",
        kind.title(),
        kind.status(),
        ProblemKind::ALL
            .iter()
            .map(|kind| kind.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    );
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
