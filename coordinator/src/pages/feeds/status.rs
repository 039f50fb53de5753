//! `/feeds/status.atom`: for whom the coordinator began to fail, and for whom it works again, since its start.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::atom::{Entry, Feed, answer};
use crate::http::error::ApiError;
use crate::pulse::{Change, Verdict};
use crate::state::App;

/// What changed, newest first.
///
/// # Errors
///
/// None but our own failures.
pub async fn get_status(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let changes = app.pulse.changes();
    let newest = changes.first().map(|change| change.at_ms);
    let feed = Feed {
        title: format!("For whom {} works", app.flock.name),
        path: "/feeds/status.atom".to_owned(),
        page: "/status".to_owned(),
        updated_ms: newest.unwrap_or(app.flock.founded_at_ms),
        entries: changes.iter().map(|change| entry(&app, change)).collect(),
    };
    answer(&app, &headers, &feed)
}

fn entry(app: &App, change: &Change) -> Entry {
    let cohort = &change.health.cohort;
    let (service, client) = (cohort.service.words(), &cohort.client);
    let what = match change.health.verdict() {
        Verdict::Failing => "Failing",
        Verdict::Working | Verdict::TooFew => "Working again",
    };
    let page = app.public_address("/status");
    Entry {
        id: format!(
            "{page}#{}-{service}-{client}-{}",
            change.at_ms,
            cohort.protocol.words()
        ),
        title: format!(
            "{what}: {service} for {client} over {}",
            cohort.protocol.words()
        ),
        published_ms: change.at_ms,
        updated_ms: change.at_ms,
        author: app.flock.name.clone(),
        page,
        enclosures: Vec::new(),
        summary: format!(
            "Of {} requests in the last hour, from {} connections, {:.2} % were answered as they should be.",
            change.health.asked,
            change.health.places,
            change.health.works * 100.0,
        ),
    }
}
