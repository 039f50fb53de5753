//! `GET /api/v1/coordinator`: the first thing a client asks for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use woolgather_protocol::info::{CoordinatorInfo, PROTOCOL_VERSION};

use super::error::ApiError;
use crate::state::App;

/// What the coordinator says of itself
#[utoipa::path(
    get,
    path = "/api/v1/coordinator",
    tag = "flock",
    responses(
        (status = 200, description = "Name, key, time, recipe", body = CoordinatorInfo),
    ),
)]
pub async fn get_info(State(app): State<Arc<App>>) -> Result<Json<CoordinatorInfo>, ApiError> {
    Ok(Json(CoordinatorInfo {
        name: app.flock.name.clone(),
        protocol_version: PROTOCOL_VERSION,
        key: app.public_key(),
        server_time_ms: app.clock.now_ms(),
        recipe: app.flock.recipe.clone(),
        origin_peers: app.origin_peers.clone(),
        manifest_sequence: app.store.manifest_sequence().await?,
    }))
}
