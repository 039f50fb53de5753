//! `/sheep/{id}`: one sheep, and its genome to take home.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use woolgather_genome::print_flame;
use woolgather_protocol::SheepId;
use woolgather_web::views::{ClipFacts, SheepPage};

use super::answer::{PageError, page};
use super::cards::{card_with, loop_of};
use crate::http::extract::PathOf;
use crate::state::App;
use crate::store::{ClipRow, SheepState, StoreError};

/// One sheep.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_sheep(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<SheepId>,
) -> Result<Response, PageError> {
    let sheep = app.store.sheep(&id).await?;
    let loop_clip = loop_of(&app, &id).await?;
    let volunteers = volunteers(&app, loop_clip.as_ref()).await?;
    let person = app.store.listed_person_of_sheep(&id).await?;
    Ok(page(&SheepPage {
        person: person.map(|person| person.handle),
        genome_id: sheep.genome.to_string(),
        licence: sheep.licence.clone(),
        volunteers,
        // Nothing is bred yet: every sheep is an artist's own.
        parents: Vec::new(),
        children: Vec::new(),
        facts: loop_clip.as_ref().and_then(|clip| facts(&app, clip)),
        retired: sheep.state == SheepState::Retired,
        sheep: card_with(sheep, loop_clip.as_ref()),
    })?)
}

/// A sheep's genome as flam3 XML.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn get_genome(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<SheepId>,
) -> Result<Response, PageError> {
    let genome = app.store.sheep_genome(&id).await?;
    let head = [
        (header::CONTENT_TYPE, "text/xml; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}.flam3\""),
        ),
    ];
    Ok((head, print_flame(&genome)).into_response())
}

async fn volunteers(app: &App, clip: Option<&ClipRow>) -> Result<Vec<String>, StoreError> {
    match clip {
        Some(clip) if clip.file.is_some() => app.store.volunteers(&clip.id).await,
        _ => Ok(Vec::new()),
    }
}

fn facts(app: &App, clip: &ClipRow) -> Option<ClipFacts> {
    let file = clip.file.as_ref()?;
    let recipe = &app.flock.recipe;
    let counts = app.tracker.scrape(&[file.info_hash], app.clock.now_ms());
    Some(ClipFacts {
        width: recipe.width,
        height: recipe.height,
        frames: clip.frames,
        fps: recipe.fps,
        bytes: file.bytes,
        info_hash: file.info_hash.to_string(),
        // The origin seeder is there even before the tracker has met the torrent.
        seeders: counts.first().map_or(1, |(_, counts)| counts.complete),
    })
}
