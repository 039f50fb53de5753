//! `/api/v1/sheep`: what the gallery and a sheep's page show, for programs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use woolgather_protocol::sheep::{
    FamilyMember, FamilyTie, FamilyTree, Room, SheepClip, SheepCredit, SheepList, SheepRating,
    SheepRecord, SheepStage, SheepSummary, Sort,
};
use woolgather_protocol::{ProblemKind, SheepId, Tag, paths};

use super::error::ApiError;
use super::extract::{PathOf, QueryOf};
use crate::pages::cards::loop_of;
use crate::state::App;
use crate::store::{
    Family, GALLERY_PAGE_MAX, GalleryFilter, GalleryRequest, GalleryRow, SheepRow, SheepState,
    Start, Tie,
};

/// Sheep on a page, unless something else is asked for.
const LIMIT_DEFAULT: u32 = 24;
/// Characters of a search, or of an artist's name.
const TEXT_CHARS_MAX: usize = 100;

/// Which sheep are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Which sheep: `living` unless given.
    #[serde(default)]
    room: Room,
    /// In which order: `best` unless given. The hall has its own.
    #[serde(default)]
    sort: Sort,
    /// Tags that all of them have, separated by commas.
    tag: Option<String>,
    /// Their artist's whole name.
    #[param(max_length = 100)]
    artist: Option<String>,
    /// Beginnings of words in title, artist or tags.
    #[param(max_length = 100)]
    q: Option<String>,
    /// `next` of the page before.
    #[param(max_length = 64)]
    after: Option<String>,
    /// How many, from 1 to 100: 24 unless given.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Sheep of the gallery
///
/// A page at a time, in any of the gallery's orders, filtered as its pages are. Tags, artist and words count together up to
/// six; further ones are left out.
#[utoipa::path(
    get,
    path = "/api/v1/sheep",
    tag = "flock",
    params(Wanted),
    responses((status = 200, description = "A page of sheep", body = SheepList)),
    extensions(("x-problems" = json!(["malformed-request"]))),
)]
pub async fn get_list(
    State(app): State<Arc<App>>,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Json<SheepList>, ApiError> {
    let page = app.store.gallery(request(wanted)?).await?;
    let ids = page.rows.iter().map(|row| row.sheep.id.clone());
    let tags = app.store.tags_of_each(ids.collect()).await?;
    let rows = page.rows.into_iter().zip(tags);
    Ok(Json(SheepList {
        sheep: rows.map(|(row, tags)| summary(row, tags)).collect(),
        next: page.after.map(|mark| mark.to_string()),
    }))
}

/// A sheep
///
/// With its family five generations each way, its tags, and whom to credit.
#[utoipa::path(
    get,
    path = "/api/v1/sheep/{id}",
    tag = "flock",
    params(("id" = SheepId, Path, description = "The sheep")),
    responses((status = 200, description = "The sheep", body = SheepRecord)),
    extensions(("x-problems" = json!(["not-found"]))),
)]
pub async fn get_sheep(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<SheepId>,
) -> Result<Json<SheepRecord>, ApiError> {
    let sheep = app.store.sheep(&id).await?;
    let clip = loop_of(&app, &id).await?.filter(|clip| clip.file.is_some());
    let volunteers = match &clip {
        Some(clip) => app.store.volunteers(&clip.id).await?,
        None => Vec::new(),
    };
    let credits = app.store.inherited_credits(&id).await?;
    let genome_id = sheep.genome.to_string();
    let row = GalleryRow {
        sheep,
        clip: clip.map(|clip| (clip.id, clip.version)),
    };
    Ok(Json(SheepRecord {
        genome_id,
        genome: paths::genome(&id),
        volunteers,
        family: tree(app.store.family(&id).await?),
        credits: { credits.into_iter() }
            .map(|credit| SheepCredit {
                artist: credit.artist,
                licence: credit.licence,
            })
            .collect(),
        sheep: summary(row, app.store.tags_of(&id).await?),
    }))
}

fn request(wanted: Wanted) -> Result<GalleryRequest, ApiError> {
    let malformed = |detail: String| ApiError::refused(ProblemKind::MalformedRequest, detail);
    for text in [&wanted.artist, &wanted.q].into_iter().flatten() {
        if text.chars().count() > TEXT_CHARS_MAX {
            let detail = format!("`artist` and `q` have at most {TEXT_CHARS_MAX} characters.");
            return Err(malformed(detail));
        }
    }
    let tags = Tag::list(wanted.tag.as_deref().unwrap_or_default());
    let tags = tags.map_err(|error| malformed(format!("`tag`: {error}.")))?;
    let start = match wanted.after.map(|mark| mark.parse()) {
        None => Start::First,
        Some(Ok(mark)) => Start::After(mark),
        Some(Err(error)) => return Err(malformed(format!("`after`: {error}."))),
    };
    let limit = wanted.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=GALLERY_PAGE_MAX).contains(&limit) {
        return Err(malformed(format!(
            "`limit` is from 1 to {GALLERY_PAGE_MAX}."
        )));
    }
    Ok(GalleryRequest {
        room: wanted.room,
        sort: wanted.sort,
        filter: GalleryFilter {
            tags,
            artist: wanted.artist,
            words: wanted.q.unwrap_or_default(),
        },
        start,
        limit,
    })
}

fn summary(GalleryRow { sheep, clip }: GalleryRow, tags: Vec<Tag>) -> SheepSummary {
    SheepSummary {
        stage: stage(sheep.state),
        born_at_ms: sheep.born_at_ms,
        rating: rating(&sheep),
        tags,
        page: paths::sheep_page(&sheep.id),
        poster: sheep.poster.map(|_| paths::poster(&sheep.id)),
        clip: clip.map(|(id, version)| SheepClip {
            file: paths::clip(&id, version),
            torrent: paths::torrent(&id, version),
            id,
            version,
        }),
        id: sheep.id,
        title: sheep.title,
        artist: sheep.artist,
        licence: sheep.licence,
    }
}

fn rating(sheep: &SheepRow) -> SheepRating {
    SheepRating {
        mean: sheep.rating,
        deviation: sheep.rating_variance.sqrt(),
        votes: sheep.votes,
    }
}

fn stage(state: SheepState) -> SheepStage {
    match state {
        SheepState::Rendering => SheepStage::Rendering,
        SheepState::Live => SheepStage::Live,
        SheepState::Retired => SheepStage::Retired,
    }
}

fn tree(family: Family) -> FamilyTree {
    let ties = |ties: Vec<Tie>| -> Vec<FamilyTie> {
        { ties.into_iter() }
            .map(|tie| FamilyTie {
                generation: tie.generation,
                child: tie.child,
                parent: tie.parent,
            })
            .collect()
    };
    FamilyTree {
        ancestors: ties(family.ancestors),
        descendants: ties(family.descendants),
        members: { family.relatives.into_values() }
            .map(|relative| FamilyMember {
                id: relative.id,
                title: relative.title,
                artist: relative.artist,
                stage: stage(relative.state),
            })
            .collect(),
        is_cut: family.is_cut,
    }
}
