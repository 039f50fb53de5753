//! `/feeds/…`: new sheep for feed readers, all of them, of one artist or with one tag (Atom, RFC 4287).
//!
//! A feed is as old as the youngest sheep in it, and its `ETag` says which those are, so that a reader who has it
//! already is answered with a few bytes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use woolgather_protocol::sheep::{Room, Sort};
use woolgather_protocol::{Tag, paths};

use super::times::{http_date, rfc3339};
use crate::http::conditional::tag_is_known;
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

/// Which feed.
struct Feed {
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
    let feed = Feed {
        title: format!("New sheep of {}", app.flock.name),
        path: "/feeds/new.atom".to_owned(),
        page: "/gallery?sort=newest".to_owned(),
        filter: GalleryFilter::default(),
    };
    answer(&app, &headers, feed).await
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
    let feed = Feed {
        title: format!("Sheep by {artist}"),
        path: format!("/feeds/artist/{part}{ENDING}"),
        page: format!("/gallery?sort=newest&artist={part}"),
        filter: GalleryFilter {
            artist: Some(artist.to_owned()),
            ..GalleryFilter::default()
        },
    };
    answer(&app, &headers, feed).await
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
    let feed = Feed {
        title: format!("Sheep tagged {tag}"),
        path: format!("/feeds/tag/{part}{ENDING}"),
        page: format!("/gallery?sort=newest&tag={part}"),
        filter: GalleryFilter {
            tags: vec![tag],
            ..GalleryFilter::default()
        },
    };
    answer(&app, &headers, feed).await
}

async fn answer(app: &App, headers: &HeaderMap, feed: Feed) -> Result<Response, ApiError> {
    let wanted = GalleryRequest {
        room: Room::Living,
        sort: Sort::Newest,
        filter: feed.filter.clone(),
        start: Start::First,
        limit: ENTRIES_MAX,
    };
    let rows = app.store.gallery(wanted).await?.rows;
    let updated_ms = rows.iter().map(updated).max();
    let updated_ms = updated_ms.unwrap_or(app.flock.founded_at_ms);
    let xml = write(app, &feed, &rows, updated_ms).map_err(anyhow::Error::from)?;
    let tag = format!("\"{}\"", &blake3::hash(&xml).to_hex()[..32]);
    let mut response = if tag_is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        xml.into_response()
    };
    let said = [
        (
            header::CONTENT_TYPE,
            "application/atom+xml; charset=utf-8".to_owned(),
        ),
        (header::CACHE_CONTROL, "public, max-age=300".to_owned()),
        (header::ETAG, tag),
        (header::LAST_MODIFIED, http_date(updated_ms)),
    ];
    for (name, value) in said {
        let value = HeaderValue::from_str(&value).map_err(anyhow::Error::from)?;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// When an entry changed last: when its loop went live.
fn updated(row: &GalleryRow) -> i64 {
    row.sheep.live_at_ms.unwrap_or(row.sheep.born_at_ms)
}

fn write(app: &App, feed: &Feed, rows: &[GalleryRow], updated_ms: i64) -> std::io::Result<Vec<u8>> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let root = xml.create_element("feed");
    root.with_attribute(("xmlns", "http://www.w3.org/2005/Atom"))
        .write_inner_content(|xml| {
            let own = app.public_address(&feed.path);
            text(xml, "id", &own)?;
            text(xml, "title", &feed.title)?;
            text(xml, "updated", &rfc3339(updated_ms))?;
            link(
                xml,
                &[
                    ("rel", "self"),
                    ("type", "application/atom+xml"),
                    ("href", &own),
                ],
            )?;
            let page = app.public_address(&feed.page);
            link(
                xml,
                &[("rel", "alternate"), ("type", "text/html"), ("href", &page)],
            )?;
            rows.iter().try_for_each(|row| entry(app, xml, row))
        })?;
    Ok(xml.into_inner())
}

fn entry(app: &App, xml: &mut Writer<Vec<u8>>, row: &GalleryRow) -> std::io::Result<()> {
    let sheep = &row.sheep;
    let page = app.public_address(&paths::sheep_page(&sheep.id));
    xml.create_element("entry").write_inner_content(|xml| {
        text(xml, "id", &page)?;
        text(xml, "title", &sheep.title)?;
        text(xml, "published", &rfc3339(sheep.born_at_ms))?;
        text(xml, "updated", &rfc3339(updated(row)))?;
        xml.create_element("author")
            .write_inner_content(|xml| text(xml, "name", &sheep.artist))?;
        link(
            xml,
            &[("rel", "alternate"), ("type", "text/html"), ("href", &page)],
        )?;
        if let Some((clip, version)) = &row.clip {
            let file = app.public_address(&paths::clip(clip, *version));
            link(
                xml,
                &[("rel", "enclosure"), ("type", "video/mp4"), ("href", &file)],
            )?;
        }
        if sheep.poster.is_some() {
            let poster = app.public_address(&paths::poster(&sheep.id));
            link(
                xml,
                &[
                    ("rel", "enclosure"),
                    ("type", "image/webp"),
                    ("href", &poster),
                ],
            )?;
        }
        let summary = format!(
            "A fractal flame by {}, rendered by volunteers.",
            sheep.artist
        );
        text(xml, "summary", &summary)
    })?;
    Ok(())
}

fn text(xml: &mut Writer<Vec<u8>>, name: &str, value: &str) -> std::io::Result<()> {
    // What XML cannot hold at all, titles should not have either.
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    xml.create_element(name)
        .write_text_content(BytesText::new(&value))?;
    Ok(())
}

fn link(xml: &mut Writer<Vec<u8>>, attributes: &[(&str, &str)]) -> std::io::Result<()> {
    let link = xml.create_element("link");
    link.with_attributes(attributes.iter().copied())
        .write_empty()?;
    Ok(())
}

/// A text as a part of an address.
fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}
