//! `/account`: what is one's own, and the forms that change it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use woolgather_protocol::people::{Handle, Scope};
use woolgather_protocol::{Problem, ProblemKind, PublicKey, Tag};
use woolgather_web::views::{
    AccountDevice, AccountPage, AccountPasskey, AccountSession, AccountToken, Done, Shown,
};

use super::session::{SignedIn, signed_out};
use crate::http::error::{self, ApiError};
use crate::http::extract::QueryOf;
use crate::pages::answer::{PageError, page_with_status, refusal};
use crate::pages::forms::FormOf;
use crate::pages::times::seconds_since;
use crate::pages::voter::WebVoter;
use crate::state::App;
use crate::store::{ArtistName, NewProfile};

/// What was done before this page.
#[derive(Debug, Default, Deserialize)]
pub struct Before {
    done: Option<String>,
}

/// What one says about oneself.
#[derive(Debug, Deserialize)]
pub struct ProfileForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    tags: String,
    listed: Option<String>,
}

/// One thing of a list.
#[derive(Debug, Deserialize)]
pub struct OneOf {
    id: String,
}

/// A device.
#[derive(Debug, Deserialize)]
pub struct OneDevice {
    key: PublicKey,
}

/// What a link code is for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum For {
    /// A screensaver.
    Screensaver,
    /// Another browser.
    Browser,
}

/// The form for a link code.
#[derive(Debug, Deserialize)]
pub struct LinkCodeForm {
    r#for: For,
}

/// What a token is for and what it allows; a box that is not ticked is not sent.
#[derive(Debug, Deserialize)]
pub struct TokenForm {
    #[serde(default)]
    name: String,
    render: Option<String>,
    vote: Option<String>,
    submit: Option<String>,
}

/// What becomes of the name under one's sheep.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Artist {
    /// It stays.
    Keep,
    /// It goes.
    Remove,
}

/// The end.
#[derive(Debug, Deserialize)]
pub struct DeleteForm {
    confirm: String,
    artist: Artist,
}

/// What a page about one's own says besides.
#[derive(Default)]
struct Said {
    shown: Option<Shown>,
    done: Option<Done>,
    problem: Option<Problem>,
}

/// What is one's own.
///
/// # Errors
///
/// The store's.
pub async fn get_account(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    QueryOf(before): QueryOf<Before>,
) -> Result<Response, PageError> {
    let done = before.done.as_deref().and_then(Done::read);
    let said = Said {
        done,
        ..Said::default()
    };
    show(&app, &signed_in, said).await
}

/// Changes what one says about oneself.
///
/// # Errors
///
/// The store's; tags that are none come back with the page.
pub async fn post_profile(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    FormOf(form): FormOf<ProfileForm>,
) -> Result<Response, PageError> {
    let tags = match Tag::list(&form.tags) {
        Ok(tags) => tags,
        Err(error) => {
            let detail = format!("Nothing was saved: {error}.");
            let problem = Problem::new(ProblemKind::MalformedRequest, detail);
            return show(&app, &signed_in, refused(problem)).await;
        }
    };
    let profile = NewProfile {
        name: form.name,
        about: form.about,
        tags,
        listed: form.listed.is_some(),
    };
    app.store.change_person(signed_in.person(), profile).await?;
    app.boards.forget();
    Ok(back(Done::Saved))
}

/// Removes a passkey.
///
/// # Errors
///
/// `not-found` when it is not one's own; the store's.
pub async fn remove_passkey(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    FormOf(one): FormOf<OneOf>,
) -> Result<Response, PageError> {
    let removed = app
        .store
        .remove_passkey(signed_in.person(), &one.id)
        .await?;
    gone(removed, Done::PasskeyRemoved)
}

/// Shows ten new recovery codes, this once.
///
/// # Errors
///
/// The store's.
pub async fn post_codes(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Response, PageError> {
    let codes = app.store.renew_recovery_codes(signed_in.person()).await?;
    show(&app, &signed_in, shown(Shown::RecoveryCodes(codes))).await
}

/// Shows a code that links a screensaver or signs a browser in, this once.
///
/// # Errors
///
/// The store's.
pub async fn post_link_code(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    FormOf(form): FormOf<LinkCodeForm>,
) -> Result<Response, PageError> {
    let person = signed_in.person();
    let code = match form.r#for {
        For::Screensaver => Shown::ScreensaverCode(app.store.screensaver_code(person).await?.code),
        For::Browser => Shown::BrowserCode(app.store.browser_code(person).await?.code),
    };
    show(&app, &signed_in, shown(code)).await
}

/// Lets a screensaver go.
///
/// # Errors
///
/// `not-found` when it is not one's own; the store's.
pub async fn unlink_device(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    FormOf(one): FormOf<OneDevice>,
) -> Result<Response, PageError> {
    let unlinked = app.store.unlink_device(signed_in.person(), one.key).await?;
    app.boards.forget();
    gone(unlinked, Done::DeviceUnlinked)
}

/// Signs another browser out.
///
/// # Errors
///
/// `not-found` when it is not one's own; the store's.
pub async fn end_session(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    FormOf(one): FormOf<OneOf>,
) -> Result<Response, PageError> {
    let ended = app.store.end_session(signed_in.person(), &one.id).await?;
    gone(ended, Done::SessionEnded)
}

/// Shows a new token, this once.
///
/// # Errors
///
/// The store's; a token without a scope comes back with the page.
pub async fn post_token(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    FormOf(form): FormOf<TokenForm>,
) -> Result<Response, PageError> {
    let ticked = [
        (&form.render, Scope::Render),
        (&form.vote, Scope::Vote),
        (&form.submit, Scope::Submit),
    ];
    let scopes = ticked
        .into_iter()
        .filter_map(|(ticked, scope)| ticked.as_ref().map(|_| scope));
    let made = app
        .store
        .make_token(signed_in.person(), &form.name, scopes.collect());
    let said = match refusal(made.await)? {
        Ok(token) => shown(Shown::Token(token)),
        Err(problem) => refused(problem),
    };
    show(&app, &signed_in, said).await
}

/// Revokes a token.
///
/// # Errors
///
/// `not-found` when it is not one's own; the store's.
pub async fn revoke_token(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    FormOf(one): FormOf<OneOf>,
) -> Result<Response, PageError> {
    let revoked = app.store.revoke_token(signed_in.person(), &one.id).await?;
    gone(revoked, Done::TokenRevoked)
}

/// Signs this browser out.
///
/// # Errors
///
/// The store's.
pub async fn sign_out(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    voter: WebVoter,
) -> Result<Response, PageError> {
    let session = &signed_in.session;
    app.store.end_session(session.person, &session.id).await?;
    signed_out(&voter, Redirect::to("/").into_response())
}

/// Everything held about the person, as JSON to keep.
///
/// # Errors
///
/// The store's.
pub async fn get_export(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
) -> Result<Response, PageError> {
    let export = app.store.export_person(signed_in.person()).await?;
    let json = serde_json::to_string_pretty(&export);
    let json = json.map_err(|error| ApiError::from(anyhow::Error::from(error)))?;
    let name = "attachment; filename=\"woolgather-account.json\"";
    let head = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((head, json).into_response())
}

/// Deletes the account, once its handle was typed.
///
/// # Errors
///
/// The store's; another handle comes back with the page.
pub async fn post_delete(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    voter: WebVoter,
    FormOf(form): FormOf<DeleteForm>,
) -> Result<Response, PageError> {
    let person = app.store.person(signed_in.person()).await?;
    if Handle::typed(&form.confirm).ok() != Some(person.handle) {
        let detail = "Nothing was deleted: what you typed is not your handle.";
        let problem = Problem::new(ProblemKind::MalformedRequest, detail);
        return show(&app, &signed_in, refused(problem)).await;
    }
    let artist = match form.artist {
        Artist::Keep => ArtistName::Keep,
        Artist::Remove => ArtistName::Remove,
    };
    app.store.delete_person(person.id, artist).await?;
    app.boards.forget();
    signed_out(&voter, Redirect::to("/").into_response())
}

fn back(done: Done) -> Response {
    Redirect::to(&format!("/account?done={}", done.word())).into_response()
}

/// Back to the page, if there was something of one's own to change.
fn gone(was_there: bool, done: Done) -> Result<Response, PageError> {
    if was_there {
        Ok(back(done))
    } else {
        Err(ApiError::not_found().into())
    }
}

fn shown(shown: Shown) -> Said {
    Said {
        shown: Some(shown),
        ..Said::default()
    }
}

fn refused(problem: Problem) -> Said {
    Said {
        problem: Some(problem),
        ..Said::default()
    }
}

async fn show(app: &App, signed_in: &SignedIn, said: Said) -> Result<Response, PageError> {
    let now_ms = app.clock.now_ms();
    let ago = |ms| seconds_since(now_ms, ms);
    let person = app.store.person(signed_in.person()).await?;
    let passkeys = app.store.passkeys_of(person.id).await?.into_iter();
    let sessions = app.store.sessions_of(person.id).await?.into_iter();
    let devices = app.store.devices_of(person.id).await?.into_iter();
    let tokens = app.store.tokens_of(person.id).await?.into_iter();
    let tags: Vec<_> = person.tags.iter().map(Tag::as_str).collect();
    let status = said
        .problem
        .as_ref()
        .map_or(StatusCode::OK, |problem| error::status(problem.kind));
    let view = AccountPage {
        recovery_codes: app.store.recovery_codes_left(person.id).await?,
        tags: tags.join(", "),
        handle: person.handle,
        name: person.name,
        about: person.about,
        listed: person.listed,
        hidden: person.hidden,
        team: person.team,
        coordinator_url: app.public_address(""),
        passkeys_possible: app.passkeys.is_some(),
        passkeys: passkeys
            .map(|passkey| AccountPasskey {
                id: passkey.id,
                name: passkey.name,
                made_s_ago: ago(passkey.made_ms),
                used_s_ago: passkey.used_ms.map(ago),
            })
            .collect(),
        sessions: sessions
            .map(|session| AccountSession {
                here: session.id == signed_in.session.id,
                id: session.id,
                label: session.label,
                seen_s_ago: ago(session.seen_ms),
            })
            .collect(),
        devices: devices
            .map(|device| AccountDevice {
                key: device.key.to_string(),
                volunteer: device.volunteer,
                accepted_units: device.accepted_units,
                credit: device.credit,
                linked_s_ago: ago(device.linked_ms),
            })
            .collect(),
        tokens: tokens
            .map(|token| AccountToken {
                id: token.id,
                name: token.name,
                scopes: token.scopes,
                made_s_ago: ago(token.made_ms),
                used_s_ago: token.used_ms.map(ago),
            })
            .collect(),
        shown: said.shown,
        done: said.done,
        problem: said.problem.map(|problem| problem.detail),
    };
    Ok(page_with_status(status, &view)?)
}
