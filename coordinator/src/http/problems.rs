//! `GET /problems/{kind}`: what a refusal means. Every problem's `type` leads here.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use woolgather_protocol::ProblemKind;

use super::error::ApiError;
use super::extract::PathOf;

/// What a kind of refusal means
///
/// A short text for people. Every problem's `type` leads here.
#[utoipa::path(
    get,
    path = "/problems/{kind}",
    tag = "API",
    params(("kind" = ProblemKind, Path, description = "The kind, as in a problem")),
    responses((status = 200, description = "What it means and what to do about it", body = String, content_type = "text/plain")),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub async fn get_problem(PathOf(kind): PathOf<ProblemKind>) -> Result<Response, ApiError> {
    let text = format!(
        "{kind}\n\n{}.\n{}\nSent with status {}.\n\n\
         The \"detail\" of the answer says what happened this time. All kinds: {}.\n",
        kind.title(),
        kind.advice(),
        kind.status(),
        ProblemKind::ALL
            .iter()
            .map(|kind| kind.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    );
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
