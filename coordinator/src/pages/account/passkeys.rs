//! Passkeys on the website: the page's script asks for a question, hands it to the browser, and sends the
//! browser's answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use woolgather_protocol::ProblemKind;
use woolgather_web::views::Done;

use super::session::{SignedIn, browser, safe, signed_in};
use super::signin::claim;
use crate::http::error::ApiError;
use crate::pages::voter::WebVoter;
use crate::passkeys::{Asked, Claim, Passkeys};
use crate::state::App;
use crate::store::{Ceremony, PersonId};

/// A question for the browser.
#[derive(Debug, Serialize)]
pub struct Question {
    /// The ceremony's name, to be sent with the answer.
    ceremony: String,
    /// Options of `navigator.credentials`.
    question: Value,
}

/// What the browser said.
#[derive(Debug, Deserialize)]
pub struct Said {
    ceremony: String,
    answer: Value,
    fields: Fields,
}

/// Fields of the form around the button.
#[derive(Debug, Deserialize)]
struct Fields {
    #[serde(default)]
    name: String,
    then: Option<String>,
}

/// Where the script goes now.
#[derive(Debug, Serialize)]
pub struct Go {
    go: String,
}

/// Asks the browser to make a passkey.
///
/// # Errors
///
/// `not-found` where the website cannot have passkeys; the store's.
pub async fn begin_making(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Json<Question>, ApiError> {
    let passkeys = passkeys(&app)?;
    let person = app.store.person(signed_in.person()).await?;
    let has = app.store.passkeys_of(person.id).await?;
    let asked = passkeys.begin_making(&person, &has)?;
    begin(&app, Some(person.id), asked).await
}

/// Takes the passkey that the browser made.
///
/// # Errors
///
/// `passkey-refused`; the store's.
pub async fn finish_making(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    said: Result<Json<Said>, JsonRejection>,
) -> Result<Json<Go>, ApiError> {
    let said = read(said)?;
    let ceremony = app.store.take_ceremony(&said.ceremony).await?;
    if ceremony.person != Some(signed_in.person()) {
        let detail = "Somebody else began this, or it was begun to sign in.";
        return Err(ApiError::refused(ProblemKind::PasskeyRefused, detail));
    }
    let answer = said.answer.to_string();
    let name = &said.fields.name;
    let made = passkeys(&app)?.finish_making(&ceremony.state, answer.as_bytes(), name)?;
    app.store.add_passkey(signed_in.person(), made).await?;
    let go = format!("/account?done={}", Done::PasskeyAdded.word());
    Ok(Json(Go { go }))
}

/// Asks the browser for a passkey.
///
/// # Errors
///
/// `not-found` where the website cannot have passkeys; `too-many`; the store's.
pub async fn begin_sign_in(
    State(app): State<Arc<App>>,
    voter: WebVoter,
) -> Result<Json<Question>, ApiError> {
    claim(&app, &voter)?;
    let asked = passkeys(&app)?.begin_sign_in()?;
    begin(&app, None, asked).await
}

/// Signs the browser in whose passkey it is.
///
/// # Errors
///
/// `passkey-refused`; the store's.
pub async fn finish_sign_in(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    headers: HeaderMap,
    said: Result<Json<Said>, JsonRejection>,
) -> Result<Response, ApiError> {
    let said = read(said)?;
    let ceremony = app.store.take_ceremony(&said.ceremony).await?;
    if ceremony.person.is_some() {
        let detail = "This was begun to make a passkey, not to sign in.";
        return Err(ApiError::refused(ProblemKind::PasskeyRefused, detail));
    }
    let claim = Claim::read(said.answer.to_string().as_bytes())?;
    let passkey = app.store.passkey(&claim.passkey()).await?;
    let counter = passkeys(&app)?.finish_sign_in(&ceremony.state, &claim, &passkey)?;
    let browser = browser(&headers, &voter);
    let opened = app
        .store
        .sign_in_with_passkey(&passkey.id, counter, browser)
        .await?;
    let then = said.fields.then.as_deref().and_then(safe);
    let go = then.unwrap_or_else(|| "/account".to_owned());
    Ok(signed_in(&voter, &opened, Json(Go { go }).into_response()))
}

fn passkeys(app: &App) -> Result<&Passkeys, ApiError> {
    app.passkeys.as_ref().ok_or_else(ApiError::not_found)
}

async fn begin(
    app: &App,
    person: Option<PersonId>,
    asked: Asked,
) -> Result<Json<Question>, ApiError> {
    let Asked { state, question } = asked;
    let ceremony = app.store.begin_ceremony(Ceremony { person, state }).await?;
    Ok(Json(Question { ceremony, question }))
}

fn read(said: Result<Json<Said>, JsonRejection>) -> Result<Said, ApiError> {
    match said {
        Ok(Json(said)) => Ok(said),
        Err(rejection) => {
            let kind = match rejection.status().as_u16() {
                413 => ProblemKind::TooLarge,
                _ => ProblemKind::MalformedRequest,
            };
            Err(ApiError::refused(kind, rejection.body_text()))
        }
    }
}
