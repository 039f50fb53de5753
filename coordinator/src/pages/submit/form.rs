//! `/submit`: a file comes in and becomes a draft.

use std::sync::Arc;

use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use woolgather_genome::limits::GENOME_BYTES_MAX;
use woolgather_protocol::limits::{self, REVIEW_FLAMES_MAX};
use woolgather_protocol::{EntryId, Problem, ProblemKind, SheepId};
use woolgather_web::views::{BranchFrom, Refusal, SheepLink, UploadPage};

use super::mutants::{MUTANTS_A_PAGE, MUTANTS_MAX};
use crate::http::entries::read_file;
use crate::http::error::{self, ApiError};
use crate::http::extract::QueryOf;
use crate::pages::answer::{PageError, page, page_with_status};
use crate::pages::from_here::FromHere;
use crate::pages::voter::WebVoter;
use crate::state::App;
use crate::store::Draft;

/// What the address says.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// The sheep to branch from.
    parent: Option<SheepId>,
    /// Which page of its mutants, from 0.
    more: Option<u32>,
}

/// What was typed so far.
#[derive(Debug, Default)]
struct Typed {
    artist: String,
    xml: String,
    parent: Option<SheepId>,
}

/// The empty form.
///
/// # Errors
///
/// `not-found` without such a parent.
pub async fn get_submit(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Response, PageError> {
    let own = app.store.entries_of(&voter.from.voter).await?;
    let typed = Typed {
        artist: own
            .first()
            .map(|row| row.entry.artist.clone())
            .unwrap_or_default(),
        parent: wanted.parent,
        ..Typed::default()
    };
    let mut form = form(&app, &typed, wanted.more.unwrap_or(0), None).await?;
    form.has_entries = !own.is_empty();
    Ok(page(&form)?)
}

/// Takes a file. It is kept for an hour, for this browser to look at.
///
/// # Errors
///
/// The coordinator's own failures; refusals come back with the form.
pub async fn post_submit(
    State(app): State<Arc<App>>,
    _: FromHere,
    voter: WebVoter,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let mut typed = Typed::default();
    let taken = match read_form(multipart, &mut typed).await {
        Ok(()) => take(&app, &voter, &typed).await,
        Err(problem) => Err(problem.into()),
    };
    let response = match taken {
        Ok(draft) => Redirect::to(&format!("/submit/review/{draft}")).into_response(),
        Err(ApiError::Refused(problem)) => refused(&app, &typed, problem).await?,
        Err(ours) => return Err(ours.into()),
    };
    Ok(voter.remember(response))
}

async fn take(app: &App, voter: &WebVoter, typed: &Typed) -> Result<EntryId, ApiError> {
    if let Some(address) = voter.from.address {
        app.throttles.drafts.claim(address, app.clock.now_ms())?;
    }
    if let Some(parent) = &typed.parent {
        app.store.sheep(parent).await?;
    }
    let reading = read_file(&typed.xml)?;
    let flames = reading.genomes.len();
    if flames > REVIEW_FLAMES_MAX {
        let detail = format!(
            "The file holds {flames} flames; up to {REVIEW_FLAMES_MAX} can be looked at together. Split it."
        );
        return Err(ApiError::refused(ProblemKind::GenomeRefused, detail));
    }
    let draft = Draft {
        xml: typed.xml.clone(),
        artist: limits::clean_name(&typed.artist),
        parent: typed.parent.clone(),
    };
    Ok(app.store.keep_draft(draft, &voter.from.voter).await?)
}

async fn form(
    app: &App,
    typed: &Typed,
    more: u32,
    refused: Option<Refusal>,
) -> Result<UploadPage, ApiError> {
    let parent = match &typed.parent {
        Some(parent) => Some(branch(app, parent, more).await?),
        None => None,
    };
    Ok(UploadPage {
        artist: limits::clean_name(&typed.artist),
        artist_chars_max: limits::NAME_CHARS_MAX,
        genome_bytes_max: GENOME_BYTES_MAX as u64,
        flames_max: REVIEW_FLAMES_MAX,
        parent,
        refused,
        has_entries: false,
    })
}

async fn branch(app: &App, parent: &SheepId, more: u32) -> Result<BranchFrom, ApiError> {
    let sheep = app.store.sheep(parent).await?;
    let pages = MUTANTS_MAX / MUTANTS_A_PAGE;
    let shown = more.min(pages - 1);
    let first = shown * MUTANTS_A_PAGE;
    Ok(BranchFrom {
        licence: sheep
            .licence
            .parse()
            .map_err(|error| ApiError::from(anyhow::Error::from(error)))?,
        sheep: SheepLink {
            id: sheep.id,
            title: sheep.title,
        },
        artist: sheep.artist,
        mutants: (first..first + MUTANTS_A_PAGE).collect(),
        more: (shown + 1 < pages).then_some(shown + 1),
    })
}

/// The form again, with what is wrong.
async fn refused(app: &App, typed: &Typed, problem: Problem) -> Result<Response, ApiError> {
    let status = error::status(problem.kind);
    let refusal = error::Refusal(problem.kind);
    let refused = Refusal {
        message: problem.detail,
        fault: problem.genome,
    };
    let mut response = page_with_status(status, &form(app, typed, 0, Some(refused)).await?)?;
    response.extensions_mut().insert(refusal);
    Ok(response)
}

/// Reads the fields into `typed`, as far as they can be read. What a browser says of a file's name and
/// type is not looked at.
async fn read_form(
    multipart: Result<Multipart, MultipartRejection>,
    typed: &mut Typed,
) -> Result<(), Problem> {
    let mut multipart = multipart.map_err(|rejection| malformed(&rejection.body_text()))?;
    loop {
        let field = multipart.next_field().await;
        let Some(field) = field.map_err(|error| broken(&error))? else {
            break;
        };
        match field.name() {
            Some("genome") => typed.xml = genome_text(field).await?,
            Some("artist") => typed.artist = text(field).await?,
            Some("parent") => {
                let parent = text(field).await?;
                let parent = parent
                    .parse()
                    .map_err(|_| malformed("No sheep has that name."))?;
                typed.parent = Some(parent);
            }
            _ => {}
        }
    }
    if typed.xml.is_empty() {
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
