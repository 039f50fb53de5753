//! `/feeds/new.atom`, `/feeds/artist/…`, `/feeds/tag/…`: new sheep, all of them, of one artist or with one tag.
//!
//! A feed is as old as the youngest sheep in it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use woolgather_protocol::sheep::{Room, Sort};
use woolgather_protocol::{Tag, paths};

use super::atom::{Entry, Feed, answer};
use crate::http::error::ApiError;
use crate::http::extract::PathOf;
use crate::state::App;
use crate::store::{GalleryFilter, GalleryRequest, GalleryRow, Start};

/// Sheep in a feed.
const ENTRIES_MAX: u32 = 50;
/// The longest name of an artist, in characters.
const ARTIST_CHARS_MAX: usize = 100;
/// What a feed's address ends with.
const ENDING: &str = ".atom";

/// Which sheep a feed is about.
struct Wanted {
    title: String,
    /// Path of the feed itself.
    path: String,
    /// Path of the page that shows the same.
    page: String,
    filter: GalleryFilter,
}

/// Sheep that were born lately.
///
/// # Errors
///
/// The store's.
pub async fn get_new(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let wanted = Wanted {
        title: format!("New sheep of {}", app.flock.name),
        path: "/feeds/new.atom".to_owned(),
        page: "/gallery?sort=newest".to_owned(),
        filter: GalleryFilter::default(),
    };
    feed(&app, &headers, wanted).await
}

/// An artist's sheep.
///
/// # Errors
///
/// `not-found` for an address that does not end as a feed's does; the store's.
pub async fn get_artist(
    State(app): State<Arc<App>>,
    PathOf(name): PathOf<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let artist = name.strip_suffix(ENDING).unwrap_or_default().trim();
    if artist.is_empty() || artist.chars().count() > ARTIST_CHARS_MAX {
        return Err(ApiError::not_found());
    }
    let part = segment(artist);
    let wanted = Wanted {
        title: format!("Sheep by {artist}"),
        path: format!("/feeds/artist/{part}{ENDING}"),
        page: format!("/gallery?sort=newest&artist={part}"),
        filter: GalleryFilter {
            artist: Some(artist.to_owned()),
            ..GalleryFilter::default()
        },
    };
    feed(&app, &headers, wanted).await
}

/// Sheep with a tag.
///
/// # Errors
///
/// `not-found` for an address that has no tag in it; the store's.
pub async fn get_tag(
    State(app): State<Arc<App>>,
    PathOf(name): PathOf<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let tag = name.strip_suffix(ENDING).unwrap_or_default();
    let tag: Tag = tag.parse().map_err(|_| ApiError::not_found())?;
    let part = segment(tag.as_str());
    let wanted = Wanted {
        title: format!("Sheep tagged {tag}"),
        path: format!("/feeds/tag/{part}{ENDING}"),
        page: format!("/gallery?sort=newest&tag={part}"),
        filter: GalleryFilter {
            tags: vec![tag],
            ..GalleryFilter::default()
        },
    };
    feed(&app, &headers, wanted).await
}

async fn feed(app: &App, headers: &HeaderMap, wanted: Wanted) -> Result<Response, ApiError> {
    let request = GalleryRequest {
        room: Room::Living,
        sort: Sort::Newest,
        filter: wanted.filter,
        start: Start::First,
        limit: ENTRIES_MAX,
    };
    let rows = app.store.gallery(request).await?.rows;
    let updated_ms = rows.iter().map(updated).max();
    let feed = Feed {
        title: wanted.title,
        path: wanted.path,
        page: wanted.page,
        updated_ms: updated_ms.unwrap_or(app.flock.founded_at_ms),
        entries: rows.iter().map(|row| entry(app, row)).collect(),
    };
    answer(app, headers, &feed)
}

/// When an entry changed last: when its loop went live.
fn updated(row: &GalleryRow) -> i64 {
    row.sheep.live_at_ms.unwrap_or(row.sheep.born_at_ms)
}

fn entry(app: &App, row: &GalleryRow) -> Entry {
    let sheep = &row.sheep;
    let page = app.public_address(&paths::sheep_page(&sheep.id));
    let film = row.clip.as_ref().map(|(clip, version)| {
        (
            "video/mp4",
            app.public_address(&paths::clip(clip, *version)),
        )
    });
    let poster = app.public_address(&paths::poster(&sheep.id));
    let poster = sheep.poster.is_some().then_some(("image/webp", poster));
    Entry {
        id: page.clone(),
        title: sheep.title.clone(),
        published_ms: sheep.born_at_ms,
        updated_ms: updated(row),
        author: sheep.artist.clone(),
        page,
        enclosures: film.into_iter().chain(poster).collect(),
        summary: format!(
            "A fractal flame by {}, rendered by volunteers.",
            sheep.artist
        ),
    }
}

/// A text as a part of an address.
fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}
