//! `/submit` and `/entries/{id}`: an artist offers a genome and sees what becomes of it.

use std::sync::Arc;

use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Redirect, Response};
use woolgather_genome::limits::GENOME_BYTES_MAX;
use woolgather_protocol::entries::EntryRequest;
use woolgather_protocol::{EntryId, Problem, ProblemKind, limits};
use woolgather_web::views::{EntryPage, Refusal, UploadPage};

use super::answer::{PageError, page, page_with_status};
use super::voter::WebVoter;
use crate::http::entries::take_entry;
use crate::http::error::{self, ApiError};
use crate::http::extract::PathOf;
use crate::http::files::{Keep, Served, serve_blob};
use crate::state::App;

/// The largest form: a genome, and room for the rest.
pub const UPLOAD_BYTES_MAX: usize = GENOME_BYTES_MAX + 16 * 1024;

/// The empty form.
///
/// # Errors
///
/// None but a template's failure.
pub async fn get_submit() -> Result<Response, PageError> {
    Ok(page(&form(&empty(), None))?)
}

/// Takes a genome; nothing is stored unless all of the form is good.
///
/// # Errors
///
/// The coordinator's own failures; refusals come back with the form.
pub async fn post_submit(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let mut request = empty();
    let taken = match read_form(multipart, &mut request).await {
        Ok(()) => take_entry(&app, voter.from.clone(), &request).await,
        Err(problem) => Err(problem.into()),
    };
    let response = match taken {
        Ok(entry) => Redirect::to(&format!("/entries/{}", entry.id)).into_response(),
        Err(ApiError::Refused(problem)) => refused(&request, problem)?,
        Err(ours) => return Err(ours.into()),
    };
    Ok(voter.remember(response))
}

/// What became of an entry.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_entry(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<EntryId>,
) -> Result<Response, PageError> {
    let row = app.store.entry(&id).await?;
    Ok(page(&EntryPage {
        preview_url: row.preview.map(|_| format!("/entries/{id}/preview.webp")),
        entry: row.entry,
    })?)
}

/// An entry's preview.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_preview(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<EntryId>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let row = app.store.entry(&id).await?;
    let served = Served {
        blob: row.preview.ok_or_else(ApiError::not_found)?,
        content_type: "image/webp",
        keep: Keep::Asking,
        is_clip: false,
    };
    serve_blob(&app, &method, &headers, served).await
}

fn empty() -> EntryRequest {
    EntryRequest {
        genome: String::new(),
        artist: String::new(),
        consent: false,
    }
}

fn form(request: &EntryRequest, refused: Option<Refusal>) -> UploadPage {
    UploadPage {
        artist: limits::clean_name(&request.artist),
        artist_chars_max: limits::NAME_CHARS_MAX,
        consent: request.consent,
        genome_bytes_max: GENOME_BYTES_MAX as u64,
        refused,
    }
}

/// The form again, with what is wrong.
fn refused(request: &EntryRequest, problem: Problem) -> Result<Response, ApiError> {
    let status = error::status(problem.kind);
    let refusal = error::Refusal(problem.kind);
    let refused = Refusal {
        message: problem.detail,
        fault: problem.genome,
    };
    let mut response = page_with_status(status, &form(request, Some(refused)))?;
    response.extensions_mut().insert(refusal);
    Ok(response)
}

/// Reads the fields into `request`, as far as they can be read.
async fn read_form(
    multipart: Result<Multipart, MultipartRejection>,
    request: &mut EntryRequest,
) -> Result<(), Problem> {
    let mut multipart = multipart.map_err(|rejection| malformed(&rejection.body_text()))?;
    loop {
        let field = multipart.next_field().await;
        let Some(field) = field.map_err(|error| broken(&error))? else {
            break;
        };
        match field.name() {
            Some("genome") => request.genome = genome_text(field).await?,
            Some("artist") => request.artist = text(field).await?,
            Some("consent") => request.consent = text(field).await? == "yes",
            _ => {}
        }
    }
    if request.genome.is_empty() {
        let detail = "Choose a .flam3 or .flame file first.";
        return Err(Problem::new(ProblemKind::GenomeRefused, detail));
    }
    Ok(())
}

async fn text(field: Field<'_>) -> Result<String, Problem> {
    field.text().await.map_err(|error| broken(&error))
}

async fn genome_text(field: Field<'_>) -> Result<String, Problem> {
    let bytes = field.bytes().await.map_err(|error| broken(&error))?;
    String::from_utf8(bytes.into()).map_err(|error| {
        let detail = format!(
            "The file is not text in UTF-8: byte {} is not.",
            error.utf8_error().valid_up_to()
        );
        Problem::new(ProblemKind::GenomeRefused, detail)
    })
}

fn broken(error: &MultipartError) -> Problem {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("Up to {GENOME_BYTES_MAX} bytes are allowed.");
        return Problem::new(ProblemKind::TooLarge, detail);
    }
    malformed(&error.body_text())
}

fn malformed(detail: &str) -> Problem {
    Problem::new(ProblemKind::MalformedRequest, detail)
}
