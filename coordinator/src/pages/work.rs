//! `/units/{id}`: what became of a work unit, and what was found wrong in it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use woolgather_protocol::WorkUnitId;
use woolgather_web::views::{WorkPage, WrongFrame};

use super::answer::{PageError, page};
use crate::http::error::ApiError;
use crate::http::extract::PathOf;
use crate::http::files::{Keep, Served, serve_blob};
use crate::state::App;
use crate::store::VerdictPictures;

/// A work unit, or one of its audits.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_work(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<WorkUnitId>,
) -> Result<Response, PageError> {
    let unit = app.store.unit_facts(&id).await?;
    let verdicts = app.store.verdicts(&unit.id).await?;
    let now_ms = app.clock.now_ms();
    let wrong = verdicts.iter().map(|verdict| WrongFrame {
        frame: verdict.frame,
        detail: verdict.detail.clone(),
        seconds_ago: now_ms
            .saturating_sub(verdict.found_ms)
            .max(0)
            .unsigned_abs()
            / 1000,
        submitted_url: format!("/units/{}/submitted.webp", verdict.audit),
        rendered_url: format!("/units/{}/rendered.webp", verdict.audit),
    });
    Ok(page(&WorkPage {
        id: unit.id.to_string(),
        title: unit.title,
        segment: unit.segment,
        first_frame: unit.first_frame,
        frame_count: unit.frame_count,
        state: unit.state,
        width: app.flock.recipe.width,
        height: app.flock.recipe.height,
        wrong: wrong.collect(),
    })?)
}

/// The frame as it was handed in.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_submitted(
    State(app): State<Arc<App>>,
    PathOf(audit): PathOf<WorkUnitId>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    picture(&app, &audit, &method, &headers, |pictures| {
        pictures.submitted
    })
    .await
}

/// The frame as the coordinator rendered it.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_rendered(
    State(app): State<Arc<App>>,
    PathOf(audit): PathOf<WorkUnitId>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    picture(&app, &audit, &method, &headers, |pictures| {
        pictures.rendered
    })
    .await
}

async fn picture(
    app: &Arc<App>,
    audit: &WorkUnitId,
    method: &Method,
    headers: &HeaderMap,
    which: fn(&VerdictPictures) -> woolgather_protocol::Blake3,
) -> Result<Response, ApiError> {
    let verdict = app.store.verdict(audit).await?;
    let served = Served {
        blob: which(&verdict.pictures),
        content_type: "image/webp",
        keep: Keep::ForEver,
        is_clip: false,
    };
    serve_blob(app, method, headers, served).await
}
