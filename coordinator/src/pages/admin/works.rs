//! `/admin/works`: jobs, storage, who shares what, and the settings.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use woolgather_web::views::{AdminDoor, AdminJob, AdminSwarm, AdminWorksPage};

use super::door::Proof;
use super::{Admin, closed};
use crate::http::admission::free_bytes;
use crate::http::extract::QueryOf;
use crate::pages::answer::{PageError, page};
use crate::pages::times::seconds_since;
use crate::state::App;
use crate::store::{ClipState, PageRequest, StoreError};

const WORKS: &str = "/admin/works";
/// Lines of each list.
const LINES: u32 = 20;
/// Clips whose sharing is looked at.
const CLIPS: u32 = 500;

/// What was done before this page.
#[derive(Debug, Default, Deserialize)]
pub struct Before {
    /// A job was made due.
    #[serde(default)]
    retried: bool,
}

/// A job to try again.
#[derive(Debug, Deserialize)]
pub struct Retry {
    #[serde(flatten)]
    proof: Proof,
    /// Its number, as text: it stands beside the flattened proof.
    job: String,
}

/// The works.
///
/// # Errors
///
/// The store's.
pub async fn get_works(
    State(app): State<Arc<App>>,
    admin: Admin,
    QueryOf(before): QueryOf<Before>,
) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let jobs = app.store.job_lines(LINES).await?;
    let jobs = jobs.into_iter().map(|job| AdminJob {
        due_s: seconds_since(job.run_after_ms, now_ms),
        number: job.number,
        key: job.key,
        state: job.state,
        failures: job.failures,
        error: job.error,
    });
    let held = app.store.held().await?;
    let mut swarm = swarm(&app, now_ms).await?;
    swarm.sort_by(|a, b| {
        a.seeders
            .cmp(&b.seeders)
            .then_with(|| a.title.cmp(&b.title))
    });
    let origins = app.origin_peers.len() as u64;
    let view = AdminWorksPage {
        proof: admin.proof(),
        retried: before.retried,
        jobs: jobs.collect(),
        free_bytes: free_bytes(&app.config.data),
        live: (held.live_clips, held.live_bytes),
        retired: (held.retired_clips, held.retired_bytes),
        alone: swarm.iter().filter(|clip| clip.seeders <= origins).count() as u64,
        looked_at: swarm.len() as u64,
        swarm: swarm.into_iter().take(LINES as usize).collect(),
        settings: app.config.lines(),
    };
    Ok(page(&view)?)
}

/// Makes a job due again.
///
/// # Errors
///
/// `not-found`, or the store's.
pub async fn post_works(
    State(app): State<Arc<App>>,
    admin: Admin,
    Form(retry): Form<Retry>,
) -> Result<Response, PageError> {
    if !retry.proof.fits(&admin) {
        return Ok(closed(AdminDoor::Closed));
    }
    let number = retry.job.parse().unwrap_or(0);
    app.store.retry_job(number, "from the console").await?;
    Ok(Redirect::to(&format!("{WORKS}?retried=true")).into_response())
}

/// The newest clips with those who share them.
async fn swarm(app: &App, now_ms: i64) -> Result<Vec<AdminSwarm>, StoreError> {
    let newest = PageRequest {
        after: None,
        limit: CLIPS,
    };
    let clips = app.store.clips(Some(ClipState::Live), newest).await?;
    let mut lines = Vec::new();
    for clip in clips.rows {
        let Some(file) = clip.file else { continue };
        let counts = app.tracker.scrape(&[file.info_hash], now_ms);
        let counts = counts.first().map(|(_, counts)| *counts);
        lines.push(AdminSwarm {
            title: clip.title,
            info_hash: file.info_hash.to_string(),
            seeders: counts.map_or(0, |counts| counts.complete),
            leechers: counts.map_or(0, |counts| counts.incomplete),
        });
    }
    Ok(lines)
}
