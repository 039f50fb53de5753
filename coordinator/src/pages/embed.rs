//! `/embed/{id}` and `/oembed`: a sheep within somebody else's page.
//!
//! What is embedded is the only page that may stand in a frame. It plays, says what it is and leads back here.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use url::Url;
use woolgather_protocol::{ProblemKind, SheepId, paths};
use woolgather_web::EMBED_SECURITY_POLICY;
use woolgather_web::views::{EmbedPage, render_embed};

use super::answer::PageError;
use super::cards::{card_with, loop_of};
use crate::http::error::ApiError;
use crate::http::extract::{PathOf, QueryOf};
use crate::http::layers::Frameable;
use crate::state::App;

/// Unless another width is asked for, in pixels.
const WIDTH_DEFAULT: u32 = 640;
/// Narrower frames show nothing.
const WIDTH_MIN: u32 = 64;
/// How long what is said of a sheep may be kept, in seconds.
const CACHE_AGE_S: u32 = 3_600;

/// What is asked of `/oembed` (oEmbed 1.0).
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// A sheep's page.
    url: String,
    maxwidth: Option<u32>,
    maxheight: Option<u32>,
    format: Option<String>,
}

/// How a sheep is embedded.
#[derive(Debug, Serialize)]
struct Described {
    version: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    author_name: String,
    author_url: String,
    provider_name: &'static str,
    provider_url: String,
    cache_age: u32,
    html: String,
    width: u32,
    height: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_height: Option<u32>,
}

/// A sheep, to stand in a frame.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_embed(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<SheepId>,
) -> Result<Response, PageError> {
    let sheep = app.store.sheep(&id).await?;
    let loop_clip = loop_of(&app, &id).await?;
    let view = EmbedPage {
        sheep: card_with(sheep, loop_clip.as_ref()),
        address: app.public_address(""),
    };
    let html = render_embed(&view).map_err(anyhow::Error::from)?;
    let mut response = Html(html).into_response();
    let policy = HeaderValue::from_static(EMBED_SECURITY_POLICY);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, policy);
    let asking = HeaderValue::from_static("no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, asking);
    response.extensions_mut().insert(Frameable);
    Ok(response)
}

/// How a page of this website is embedded, for programs that were given its address.
///
/// # Errors
///
/// `not-found` for what is no sheep's page here, `malformed-request`; status 501 where XML is asked for.
pub async fn get_oembed(
    State(app): State<Arc<App>>,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Response, ApiError> {
    if wanted
        .format
        .as_deref()
        .is_some_and(|format| format != "json")
    {
        // As oEmbed 1.0 wants it said.
        return Ok(StatusCode::NOT_IMPLEMENTED.into_response());
    }
    let id = sheep_at(&app, &wanted.url).ok_or_else(ApiError::not_found)?;
    let sheep = app.store.sheep(&id).await?;
    let recipe = &app.flock.recipe;
    let (width, height) = fit(
        [recipe.width, recipe.height],
        wanted.maxwidth,
        wanted.maxheight,
    )
    .ok_or_else(|| {
        let detail = format!("Nothing can be seen in less than {WIDTH_MIN} pixels.");
        ApiError::refused(ProblemKind::MalformedRequest, detail)
    })?;
    let embed = app.public_address(&format!("/embed/{id}"));
    let poster = sheep
        .poster
        .map(|_| app.public_address(&paths::poster(&id)));
    let author: String = url::form_urlencoded::byte_serialize(sheep.artist.as_bytes()).collect();
    let described = Described {
        version: "1.0",
        kind: "video",
        // The address has no character that means something in HTML but the ampersands it never has.
        html: format!(
            "<iframe src=\"{embed}\" width=\"{width}\" height=\"{height}\" allow=\"autoplay\" loading=\"lazy\"></iframe>"
        ),
        author_url: app.public_address(&format!("/gallery?artist={author}")),
        author_name: sheep.artist,
        title: sheep.title,
        provider_name: "Woolgather",
        provider_url: app.public_address("/"),
        cache_age: CACHE_AGE_S,
        width,
        height,
        thumbnail_width: poster.as_ref().map(|_| recipe.width),
        thumbnail_height: poster.as_ref().map(|_| recipe.height),
        thumbnail_url: poster,
    };
    Ok(Json(described).into_response())
}

/// The sheep whose page this is, if it is one of this website's.
fn sheep_at(app: &App, address: &str) -> Option<SheepId> {
    let url: Url = address.parse().ok()?;
    if url.origin() != app.public_url.origin() {
        return None;
    }
    let path = url.path();
    let base = app.public_url.path().trim_end_matches('/');
    let path = path.strip_prefix(base)?;
    let id = path
        .strip_prefix("/sheep/")
        .or_else(|| path.strip_prefix("/embed/"))?;
    id.parse().ok()
}

/// The largest frame of a picture's shape that is no larger than asked for.
fn fit(picture: [u32; 2], width_max: Option<u32>, height_max: Option<u32>) -> Option<(u32, u32)> {
    let [across, down] = picture.map(f64::from);
    let width = f64::from(width_max.unwrap_or(WIDTH_DEFAULT).min(4 * picture[0]));
    let width = match height_max {
        Some(height) => width.min(f64::from(height) * across / down),
        None => width,
    };
    let height = (width * down / across).round();
    // From 0 to four times the recipe's size, so that the casts only drop what is behind the point.
    let fitted = (width.floor() as u32, height as u32);
    (fitted.0 >= WIDTH_MIN).then_some(fitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_keeps_the_pictures_shape_within_what_is_asked_for() {
        let shape = [1280, 720];
        assert_eq!(fit(shape, None, None), Some((640, 360)));
        assert_eq!(fit(shape, Some(320), None), Some((320, 180)));
        assert_eq!(fit(shape, Some(1000), Some(90)), Some((160, 90)));
        assert_eq!(fit(shape, Some(u32::MAX), None), Some((5120, 2880)));
        assert_eq!(fit(shape, Some(10), None), None);
        assert_eq!(fit(shape, None, Some(0)), None);
    }
}
