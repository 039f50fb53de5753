//! `/units/{id}`: what became of a work unit, and what was found wrong in it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use serde::Deserialize;
use woolgather_protocol::WorkUnitId;
use woolgather_web::views::{WorkPage, WrongFrame};

use super::answer::{PageError, page};
use crate::http::error::ApiError;
use crate::http::extract::PathOf;
use crate::http::files::{Keep, Served, serve_blob};
use crate::state::App;

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

/// One of a verdict's two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Picture {
    /// The frame as it was handed in.
    #[serde(rename = "submitted.webp")]
    Submitted,
    /// The frame as the coordinator rendered it.
    #[serde(rename = "rendered.webp")]
    Rendered,
}

/// A picture of what was found wrong in an audit.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_picture(
    State(app): State<Arc<App>>,
    PathOf((audit, picture)): PathOf<(WorkUnitId, Picture)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let pictures = app.store.verdict(&audit).await?.pictures;
    let served = Served {
        blob: match picture {
            Picture::Submitted => pictures.submitted,
            Picture::Rendered => pictures.rendered,
        },
        content_type: "image/webp",
        keep: Keep::ForEver,
        is_clip: false,
    };
    serve_blob(&app, &method, &headers, served).await
}
