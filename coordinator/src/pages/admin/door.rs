//! In and out of the console.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;
use woolgather_web::views::{AdminDoor, AdminDoorPage};

use super::{Admin, CONSOLE, COOKIE, closed};
use crate::http::error::ApiError;
use crate::http::extract::PathOf;
use crate::pages::answer::{PageError, page};
use crate::state::App;
use crate::store::SESSION_LASTS;

/// What every form of the console carries.
#[derive(Debug, Deserialize)]
pub struct Proof {
    proof: String,
}

impl Proof {
    /// Whether the form is this session's.
    pub(super) fn fits(&self, admin: &Admin) -> bool {
        self.proof == admin.proof()
    }
}

/// A button: programs that look at links to show what they lead to must not use them up.
///
/// # Errors
///
/// None but a template's failure.
pub async fn get_door(PathOf(word): PathOf<String>) -> Result<Response, PageError> {
    let door = AdminDoor::Link { word };
    Ok(page(&AdminDoorPage { door })?)
}

/// Opens a session.
///
/// # Errors
///
/// The store's.
pub async fn enter(
    State(app): State<Arc<App>>,
    PathOf(word): PathOf<String>,
) -> Result<Response, PageError> {
    match app.store.open_admin_session(&word).await? {
        None => Ok(closed(AdminDoor::Spent)),
        Some(session) => with_session(&app, &session, SESSION_LASTS.as_secs()),
    }
}

/// Forgets this browser's session. Others end with `admin-link --end-sessions`.
///
/// # Errors
///
/// None but the answer's own.
pub async fn leave(
    State(app): State<Arc<App>>,
    admin: Admin,
    Form(proof): Form<Proof>,
) -> Result<Response, PageError> {
    if !proof.fits(&admin) {
        return Ok(closed(AdminDoor::Closed));
    }
    with_session(&app, "", 0)
}

/// To the console, with a session that lasts so many seconds.
fn with_session(app: &App, session: &str, seconds: u64) -> Result<Response, PageError> {
    let secure = match app.public_url.scheme() {
        "https" => "; Secure",
        _ => "",
    };
    let cookie = format!(
        "{COOKIE}={session}; Path={CONSOLE}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    let cookie = HeaderValue::from_str(&cookie)
        .map_err(|error| ApiError::from(anyhow::anyhow!("a cookie is no header: {error}")))?;
    let cookie = AppendHeaders([(header::SET_COOKIE, cookie)]);
    Ok((cookie, Redirect::to(CONSOLE)).into_response())
}
