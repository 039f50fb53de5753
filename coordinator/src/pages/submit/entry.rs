//! `/entries`: what a browser has offered, what became of it, and what its artist may still do.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use woolgather_protocol::{EntryId, Problem, ProblemKind, SheepId};
use woolgather_web::views::{EntryPage, EntryPlace, OwnEntriesPage, OwnEntry, SheepLink};

use super::stills::preview_settings;
use crate::http::error::{self, ApiError};
use crate::http::extract::{ClientAddress, PathOf};
use crate::http::files::{Keep, Served, serve_blob};
use crate::pages::answer::{PageError, page, page_with_status, refusal};
use crate::pages::from_here::FromHere;
use crate::pages::live;
use crate::pages::voter::WebVoter;
use crate::state::App;
use crate::store::{EntryRow, StoreError};

/// What this browser has offered.
///
/// # Errors
///
/// The store's.
pub async fn get_entries(
    State(app): State<Arc<App>>,
    voter: WebVoter,
) -> Result<Response, PageError> {
    let rows = app.store.entries_of(&voter.from.voter).await?;
    let entries = rows.into_iter().map(|row| OwnEntry {
        preview_url: preview_url(&row),
        entry: row.entry,
    });
    Ok(page(&OwnEntriesPage {
        entries: entries.collect(),
    })?)
}

/// What became of an entry.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_entry(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    PathOf(id): PathOf<EntryId>,
) -> Result<Response, PageError> {
    Ok(page(&view(&app, &voter, &id, None).await?)?)
}

/// Its artist takes an entry back.
///
/// # Errors
///
/// `not-found`, or the store's; other refusals come back with the page.
pub async fn post_withdraw(
    State(app): State<Arc<App>>,
    _: FromHere,
    voter: WebVoter,
    PathOf(id): PathOf<EntryId>,
) -> Result<Response, PageError> {
    let done = app.store.withdraw_entry(&id, &voter.from.voter).await;
    answer(&app, &voter, &id, done).await
}

/// What an artist says against a decision.
#[derive(Debug, Deserialize)]
pub struct Appeal {
    words: String,
}

/// Its artist asks for a second look.
///
/// # Errors
///
/// As [`post_withdraw`].
pub async fn post_appeal(
    State(app): State<Arc<App>>,
    _: FromHere,
    voter: WebVoter,
    PathOf(id): PathOf<EntryId>,
    form: Result<Form<Appeal>, FormRejection>,
) -> Result<Response, PageError> {
    let Form(appeal) = form.map_err(|rejection| {
        ApiError::refused(ProblemKind::MalformedRequest, rejection.body_text())
    })?;
    let done = app
        .store
        .appeal(&id, &voter.from.voter, &appeal.words)
        .await;
    answer(&app, &voter, &id, done).await
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

/// What draws an entry's preview live.
///
/// # Errors
///
/// `not-found`; `genome-refused` when it cannot be drawn; `too-many`.
pub async fn get_flame(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    PathOf(id): PathOf<EntryId>,
) -> Result<Response, ApiError> {
    app.throttles.stills.claim(address, app.clock.now_ms())?;
    let genome = app.store.entry_genome(&id).await?;
    live::document(&app, genome, preview_settings(&app.flock.recipe)).await
}

/// What draws a sheep live.
///
/// # Errors
///
/// As [`get_flame`].
pub async fn get_sheep_flame(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    PathOf(id): PathOf<SheepId>,
) -> Result<Response, ApiError> {
    app.throttles.stills.claim(address, app.clock.now_ms())?;
    let genome = app.store.sheep_genome(&id).await?;
    live::document(&app, genome, preview_settings(&app.flock.recipe)).await
}

fn preview_url(row: &EntryRow) -> Option<String> {
    let of = |_| format!("/entries/{}/preview.webp", row.entry.id);
    row.preview.map(of)
}

/// Back to the entry, or its page with what was wrong.
async fn answer(
    app: &App,
    voter: &WebVoter,
    id: &EntryId,
    done: Result<(), StoreError>,
) -> Result<Response, PageError> {
    let problem = match refusal(done)? {
        Ok(()) => return Ok(Redirect::to(&format!("/entries/{id}")).into_response()),
        Err(problem) if problem.kind == ProblemKind::NotFound => {
            return Err(ApiError::from(problem).into());
        }
        Err(problem) => problem,
    };
    let status = error::status(problem.kind);
    let refused = error::Refusal(problem.kind);
    let mut response = page_with_status(status, &view(app, voter, id, Some(problem)).await?)?;
    response.extensions_mut().insert(refused);
    Ok(response)
}

async fn view(
    app: &App,
    voter: &WebVoter,
    id: &EntryId,
    refused: Option<Problem>,
) -> Result<EntryPage, ApiError> {
    let row = app.store.entry(id).await?;
    let place = app.store.entry_place(id).await?;
    let parent = match &row.entry.parent {
        Some(parent) => Some(app.store.sheep(parent).await?),
        None => None,
    };
    let yours = app.store.are_one(&row.uploader, &voter.from.voter).await?;
    Ok(EntryPage {
        preview_url: preview_url(&row),
        parent: parent.map(|parent| SheepLink {
            id: parent.id,
            title: parent.title,
        }),
        place: place.map(|place| EntryPlace {
            review: place.review,
            place: place.place,
            waiting: place.waiting,
            births_a_day: place.births_a_day,
        }),
        yours,
        appeal: row.appeal.filter(|_| yours),
        refused: refused.map(|problem| problem.detail),
        entry: row.entry,
    })
}
