//! `/join` and `/static/{hash}/{name}`: what does not depend on the flock.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use woolgather_web::assets;
use woolgather_web::views::JoinPage;

use super::answer::{PageError, page};
use crate::http::conditional::tag_is_known;
use crate::http::error::ApiError;
use crate::http::extract::PathOf;
use crate::state::App;

/// How to take part.
///
/// # Errors
///
/// None but a template's failure.
pub async fn get_join(State(app): State<Arc<App>>) -> Result<Response, PageError> {
    Ok(page(&JoinPage {
        coordinator_url: app.public_address(""),
    })?)
}

/// A style sheet, script or picture.
///
/// # Errors
///
/// `not-found`, also for another version's address.
pub async fn get_static(
    PathOf(path): PathOf<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let asset = assets::asset(&path).ok_or_else(ApiError::not_found)?;
    let mut response = if tag_is_known(&headers, &asset.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        asset.bytes.into_response()
    };
    let headers = response.headers_mut();
    let content_type = HeaderValue::from_static(asset.content_type);
    headers.insert(header::CONTENT_TYPE, content_type);
    let keep = HeaderValue::from_static(assets::CACHE_CONTROL);
    headers.insert(header::CACHE_CONTROL, keep);
    if let Ok(tag) = HeaderValue::from_str(&asset.etag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}
