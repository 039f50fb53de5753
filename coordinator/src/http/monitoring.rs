//! `/healthz` and `/metrics`: for whoever watches over the coordinator.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::error::ApiError;
use crate::metrics::{CONTENT_TYPE, Readings};
use crate::state::App;

/// Whether the coordinator works
///
/// Asks the database, so that a full or broken disk shows.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    responses(
        (status = 200, description = "ok", body = String, content_type = "text/plain"),
        (status = 500, description = "internal", body = woolgather_protocol::Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_health(State(app): State<Arc<App>>) -> Result<&'static str, ApiError> {
    app.store.manifest_sequence().await?;
    Ok("ok\n")
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
