//! `POST /api/v1/devices`: a device introduces itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use woolgather_protocol::info::{Device, DeviceRequest};

use super::error::ApiError;
use super::signed::SignedJson;
use crate::state::App;

/// Introduce a device, or change its volunteer's name
#[utoipa::path(
    post,
    path = "/api/v1/devices",
    tag = "work",
    request_body = DeviceRequest,
    responses(
        (status = 200, description = "What the coordinator holds about it", body = Device),
    ),
    security(("device" = [])),
)]
pub async fn post_device(
    State(app): State<Arc<App>>,
    request: SignedJson<DeviceRequest>,
) -> Result<Json<Device>, ApiError> {
    let name = &request.value.volunteer;
    Ok(Json(app.store.register_device(request.device, name).await?))
}
