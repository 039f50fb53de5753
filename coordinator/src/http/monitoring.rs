//! `/healthz`, `/readyz` and `/metrics`: for whoever watches over the coordinator.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use woolgather_protocol::ProblemKind;

use super::error::ApiError;
use crate::metrics::{CONTENT_TYPE, Readings};
use crate::state::App;

/// How long the database may take to show that it is there.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the process lives
///
/// Asks nothing and nobody: a service manager that gets no answer may end the process.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    responses(
        (status = 200, description = "ok", body = String, content_type = "text/plain"),
    ),
)]
pub async fn get_health() -> &'static str {
    "ok\n"
}

/// Whether requests should be sent here
///
/// Ready means: the database answers, blobs can be written, there is room, and the coordinator is
/// not about to stop. A load balancer asks this.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    responses(
        (status = 200, description = "ready", body = String, content_type = "text/plain"),
    ),
    extensions(("x-problems" = json!(["not-ready"]))),
)]
pub async fn get_readiness(State(app): State<Arc<App>>) -> Result<&'static str, ApiError> {
    let missing = |what: &str| ApiError::refused(ProblemKind::NotReady, what);
    if app.draining.load(Ordering::Relaxed) {
        return Err(missing("It is about to stop."));
    }
    let answered = tokio::time::timeout(PATIENCE, app.store.manifest_sequence()).await;
    if !answered.is_ok_and(|sequence| sequence.is_ok()) {
        return Err(missing("The database does not answer."));
    }
    let blobs = app.blobs.clone();
    let asked = app.hands.work(move || blobs.answers());
    let answered = tokio::time::timeout(PATIENCE, asked).await;
    if !answered.is_ok_and(|asked| asked.is_ok_and(|answered| answered.is_ok())) {
        return Err(missing("Nothing can be stored."));
    }
    if app.admission.lacks_space(&app.config.data, Instant::now()) {
        return Err(missing("The disk is full."));
    }
    Ok("ready\n")
}

/// Counters and gauges
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    responses((status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text")),
)]
pub async fn get_metrics(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    let status = app.store.status().await?;
    let units = status.units;
    let peers = app.tracker.totals(app.clock.now_ms());
    let readings = Readings {
        work_units: vec![
            ("ready", units.ready),
            ("leased", units.leased),
            ("auditing", units.auditing),
            ("accepted", units.accepted),
            ("quarantined", units.quarantined),
        ],
        active_workers: status.active_workers,
        tracker_peers: peers.complete + peers.incomplete,
        origin_bytes: app.swarm.totals().uploaded_bytes,
        leads: app.company.leads(),
    };
    let text = app.metrics.to_text(&readings);
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}
