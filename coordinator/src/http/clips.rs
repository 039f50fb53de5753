//! `/api/v1/clips/{id}/{version}/…` and `/api/v1/sheep/{id}/poster.webp`: what was published, as files.
//!
//! The address of a clip's file is also its torrent's web seed (BEP 19), so any BitTorrent client
//! may read it in pieces.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use woolgather_protocol::{ClipId, SheepId};

use super::error::ApiError;
use super::extract::PathOf;
use super::files::{Keep, Served, serve_blob};
use crate::state::App;
use crate::store::NewClipFile;

/// A published clip's file
///
/// AV1 in MP4, fast start. Ranges and conditional requests work; the file of a version never
/// changes.
#[utoipa::path(
    get,
    path = "/api/v1/clips/{id}/{version}/clip.mp4",
    tag = "flock",
    params(
        ("id" = ClipId, Path, description = "The clip"),
        ("version" = u32, Path, description = "Its version"),
    ),
    responses(
        (status = 200, description = "The whole file", body = Vec<u8>, content_type = "video/mp4"),
        (status = 206, description = "The part that Range asks for", body = Vec<u8>, content_type = "video/mp4"),
        (status = 304, description = "If-None-Match names the file"),
        (status = 416, description = "Range asks for nothing that is in the file"),
    ),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub async fn get_clip(
    State(app): State<Arc<App>>,
    PathOf((id, version)): PathOf<(ClipId, u32)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = published(&app, &id, version).await?;
    let served = Served {
        blob: file.blob,
        content_type: "video/mp4",
        keep: Keep::ForEver,
        is_clip: true,
    };
    serve_blob(&app, &method, &headers, served).await
}

/// A published clip's torrent
#[utoipa::path(
    get,
    path = "/api/v1/clips/{id}/{version}/clip.torrent",
    tag = "flock",
    params(
        ("id" = ClipId, Path, description = "The clip"),
        ("version" = u32, Path, description = "Its version"),
    ),
    responses(
        (status = 200, description = "The torrent", body = Vec<u8>, content_type = "application/x-bittorrent"),
    ),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub async fn get_torrent(
    State(app): State<Arc<App>>,
    PathOf((id, version)): PathOf<(ClipId, u32)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = published(&app, &id, version).await?;
    let served = Served {
        blob: file.torrent,
        content_type: "application/x-bittorrent",
        // The torrent names the tracker's address, which may change; its info hash does not.
        keep: Keep::Asking,
        is_clip: false,
    };
    serve_blob(&app, &method, &headers, served).await
}

/// A sheep's picture
#[utoipa::path(
    get,
    path = "/api/v1/sheep/{id}/poster.webp",
    tag = "flock",
    params(("id" = SheepId, Path, description = "The sheep")),
    responses(
        (status = 200, description = "A frame of its loop", body = Vec<u8>, content_type = "image/webp"),
        (status = 304, description = "If-None-Match names the picture"),
    ),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub async fn get_poster(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<SheepId>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let sheep = app.store.sheep(&id).await?;
    let served = Served {
        blob: sheep.poster.ok_or_else(ApiError::not_found)?,
        content_type: "image/webp",
        keep: Keep::Asking,
        is_clip: false,
    };
    serve_blob(&app, &method, &headers, served).await
}

async fn published(app: &App, id: &ClipId, version: u32) -> Result<NewClipFile, ApiError> {
    let clip = app.store.clip(id).await?;
    let file = clip.file.filter(|_| clip.version == version);
    file.ok_or_else(ApiError::not_found)
}
