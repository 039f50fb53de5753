//! `/gallery`: the flock, its hall of fame and its archive, by order, tag, artist and word.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use woolgather_protocol::sheep::{Room, Sort};
use woolgather_protocol::{Tag, paths};
use woolgather_web::views::{Counted, GalleryPage, GalleryQuery};

use super::answer::{PageError, page};
use super::cards::gallery_card;
use crate::http::error::ApiError;
use crate::http::extract::QueryOf;
use crate::state::App;
use crate::store::{COUNTED_MAX, GalleryFilter, GalleryRequest, Start};

/// Sheep on a page: whole rows at two, three and four across.
const SHEEP_PER_PAGE: u32 = 24;
/// Tags to choose from.
const TAGS_SHOWN: u32 = 24;
/// Characters of a search, or of an artist's name, that are looked at.
const TEXT_CHARS_MAX: usize = 100;

/// What is wanted. What cannot be read is as if it had not been said: an address that somebody typed leads to sheep.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    room: Option<String>,
    sort: Option<String>,
    /// Separated by commas.
    tag: Option<String>,
    artist: Option<String>,
    q: Option<String>,
    after: Option<String>,
    before: Option<String>,
}

/// The gallery.
///
/// # Errors
///
/// The store's.
pub async fn get_gallery(
    State(app): State<Arc<App>>,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Response, PageError> {
    let query = read(&wanted);
    let mark = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    let start = match (mark(&wanted.after), mark(&wanted.before)) {
        (Some(mark), _) => Start::After(mark),
        (None, Some(mark)) => Start::Before(mark),
        (None, None) => Start::First,
    };
    let request = GalleryRequest {
        room: query.room,
        sort: query.sort,
        filter: GalleryFilter {
            tags: query.tags.clone(),
            artist: query.artist.clone(),
            words: query.search.clone(),
        },
        start,
        limit: SHEEP_PER_PAGE,
    };
    let found = app.store.gallery(request).await?;
    let counted = if query.is_filtered() {
        Counted::NotAtAll
    } else {
        match app.store.count_in_room(query.room).await? {
            Some(sheep) => Counted::Exactly(sheep),
            None => Counted::MoreThan(COUNTED_MAX),
        }
    };
    let tags = app.store.frequent_tags(TAGS_SHOWN);
    let tags = app.frequent_tags.get(app.clock.now_ms(), tags).await?;
    Ok(page(&GalleryPage {
        query,
        frequent: tags.iter().map(|count| count.tag.clone()).collect(),
        sheep: found.rows.into_iter().map(gallery_card).collect(),
        counted,
        is_first: found.before.is_none(),
        before: found.before.map(|mark| mark.to_string()),
        after: found.after.map(|mark| mark.to_string()),
        is_cut: found.is_cut,
    })?)
}

/// A living sheep, drawn by chance.
///
/// # Errors
///
/// The store's, and the system's where it has no random bytes.
pub async fn get_random(State(app): State<Arc<App>>) -> Result<Response, PageError> {
    let drawn = app.hands.rng_seed().map_err(ApiError::from)?;
    let [a, b, c, d, ..] = drawn;
    let draw = u64::from(u32::from_le_bytes([a, b, c, d]));
    let address = match app.store.any_sheep(draw).await? {
        Some(sheep) => paths::sheep_page(&sheep),
        None => "/".to_owned(),
    };
    Ok(Redirect::to(&address).into_response())
}

fn read(wanted: &Wanted) -> GalleryQuery {
    let room = Room::ALL.into_iter();
    let sort = Sort::ALL.into_iter();
    let said = |text: &Option<String>, word: &str| text.as_deref() == Some(word);
    let text = |text: &Option<String>| -> String {
        let text = text.as_deref().unwrap_or_default().trim();
        text.chars().take(TEXT_CHARS_MAX).collect()
    };
    let tags = wanted.tag.as_deref().map(Tag::list);
    GalleryQuery {
        room: { room }
            .find(|room| said(&wanted.room, room.as_str()))
            .unwrap_or_default(),
        sort: { sort }
            .find(|sort| said(&wanted.sort, sort.as_str()))
            .unwrap_or_default(),
        tags: tags.and_then(Result::ok).unwrap_or_default(),
        artist: Some(text(&wanted.artist)).filter(|artist| !artist.is_empty()),
        search: text(&wanted.q),
    }
}
