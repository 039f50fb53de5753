//! `GET /api/v1/work-units/{id}`: what became of a work unit.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use woolgather_protocol::submission::WorkUnitStatus;
use woolgather_protocol::{PublicKey, WorkUnitId};

use super::error::ApiError;
use super::extract::{PathOf, QueryOf};
use crate::state::App;

/// Who asks.
#[derive(Debug, Deserialize)]
pub struct Asking {
    /// The device whose last submission is asked about.
    device: Option<PublicKey>,
}

/// What became of a work unit
#[utoipa::path(
    get,
    path = "/api/v1/work-units/{id}",
    tag = "work",
    params(
        ("id" = WorkUnitId, Path, description = "The work unit"),
        ("device" = Option<PublicKey>, Query, description = "Tells why this device's last submission was refused"),
    ),
    responses(
        (status = 200, description = "Its state", body = WorkUnitStatus),
    ),
    extensions(("x-problems" = json!(["not-found", "malformed-request"]))),
)]
pub async fn get_work_unit(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<WorkUnitId>,
    QueryOf(asking): QueryOf<Asking>,
) -> Result<Json<WorkUnitStatus>, ApiError> {
    Ok(Json(app.store.work_unit_status(&id, asking.device).await?))
}
