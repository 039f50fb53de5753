//! `/status`: the work going on.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use woolgather_protocol::Recipe;
use woolgather_protocol::work::ClipKind;
use woolgather_web::views::{ClipProgress, Published, StatusPage, SwarmNumbers, VolunteerLine};

use super::answer::{PageError, page};
use super::cards::card_with;
use super::health;
use super::times::seconds_since;
use crate::state::App;
use crate::store::{ClipRow, StoreError};

/// The work going on.
///
/// # Errors
///
/// The store's.
pub async fn get_status(State(app): State<Arc<App>>) -> Result<Response, PageError> {
    let status = app.numbers.get(app.store.status()).await?;
    let rendering = status.in_progress.iter().map(|progress| ClipProgress {
        id: progress.clip.id.clone(),
        title: progress.clip.title.clone(),
        segments: progress.segments.clone(),
    });
    let volunteers = status.volunteers.iter().map(|line| VolunteerLine {
        name: line.volunteer.clone(),
        segments: line.accepted_units,
    });
    Ok(page(&StatusPage {
        flock: app.flock.name.clone(),
        recipe: in_words(&app.flock.recipe),
        sheep_live: status.live_sheep,
        clips_live: status.live_clips,
        workers_active: status.active_workers,
        units_ready: status.units.ready,
        units_leased: status.units.leased,
        units_auditing: status.units.auditing,
        votes: status.votes,
        rendering: rendering.collect(),
        published: published(&app, &status.recent).await?,
        volunteers: volunteers.collect(),
        swarm: swarm(&app),
        health: health::health(&app),
    })?)
}

/// The loops among the clips published last.
async fn published(app: &App, recent: &[ClipRow]) -> Result<Vec<Published>, StoreError> {
    let now_ms = app.clock.now_ms();
    let mut published = Vec::new();
    for clip in recent {
        let (ClipKind::Loop, Some(at_ms)) = (clip.kind, clip.published_at_ms) else {
            continue;
        };
        let sheep = app.store.sheep(&clip.from).await?;
        published.push(Published {
            sheep: card_with(sheep, Some(clip)),
            age_s: seconds_since(now_ms, at_ms),
            volunteers: app.store.volunteers(&clip.id).await?,
        });
    }
    Ok(published)
}

fn swarm(app: &App) -> SwarmNumbers {
    let tracker = app.tracker.totals(app.clock.now_ms());
    SwarmNumbers {
        torrents: tracker.torrents,
        seeders: tracker.complete,
        leechers: tracker.incomplete,
        bytes_from_peers: tracker.uploaded_bytes,
        bytes_from_origin: app.swarm.totals().uploaded_bytes + app.metrics.clip_bytes_given(),
    }
}

fn in_words(recipe: &Recipe) -> String {
    format!(
        "{} × {}, {} frames a second, {} frames",
        recipe.width, recipe.height, recipe.fps, recipe.loop_frames
    )
}
