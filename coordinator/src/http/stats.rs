//! `/stats/…`: credit for statistics sites, made anew every hour.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::error::ApiError;
use crate::credit::CreditExport;
use crate::state::App;

const XML: &str = "text/xml; charset=utf-8";
const JSON: &str = "application/json";

/// Routes of the exports.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/stats/credit.json", get(get_credit))
        .route("/stats/tables.xml", get(get_tables))
        .route("/stats/user.xml", get(get_users))
        .route("/stats/host.xml", get(get_hosts))
}

/// Everybody's credit, as JSON.
///
/// # Errors
///
/// The store's.
pub async fn get_credit(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    let json = export(&app).await?.to_json();
    let json = json.map_err(|error| ApiError::from(anyhow::Error::from(error)))?;
    Ok(answer(JSON, json))
}

/// BOINC's `tables.xml`.
///
/// # Errors
///
/// The store's.
pub async fn get_tables(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    Ok(answer(XML, export(&app).await?.tables_xml()))
}

/// BOINC's `user.xml`.
///
/// # Errors
///
/// The store's.
pub async fn get_users(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    Ok(answer(XML, export(&app).await?.user_xml()))
}

/// BOINC's `host.xml`.
///
/// # Errors
///
/// The store's.
pub async fn get_hosts(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    Ok(answer(XML, export(&app).await?.host_xml()))
}

async fn export(app: &App) -> Result<Arc<CreditExport>, ApiError> {
    Ok(app.credit.export(&app.store, app.clock.now_ms()).await?)
}

fn answer(content_type: &'static str, text: String) -> Response {
    let head = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (head, text).into_response()
}
