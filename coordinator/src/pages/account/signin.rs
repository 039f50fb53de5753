//! `/signin`: a new account, or back into one's own with a code.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use woolgather_protocol::people::{Handle, LinkCode};
use woolgather_protocol::{Problem, ProblemKind};
use woolgather_web::views::{Done, SignInPage};

use super::session::{Somebody, browser, safe, signed_in};
use crate::http::error::{self, ApiError};
use crate::http::extract::QueryOf;
use crate::pages::answer::{PageError, page, page_with_status, refusal};
use crate::pages::forms::FormOf;
use crate::pages::voter::WebVoter;
use crate::state::App;

/// What the address of the way in may say.
#[derive(Debug, Default, Deserialize)]
pub struct Then {
    then: Option<String>,
}

impl Then {
    fn path(&self) -> Option<String> {
        self.then.as_deref().and_then(safe)
    }
}

/// The form for an account.
#[derive(Debug, Deserialize)]
pub struct NewForm {
    handle: String,
    then: Option<String>,
}

/// The form for a code.
#[derive(Debug, Deserialize)]
pub struct CodeForm {
    code: String,
    then: Option<String>,
}

/// The way in; who is in already goes on.
///
/// # Errors
///
/// The store's.
pub async fn get_signin(
    State(app): State<Arc<App>>,
    somebody: Somebody,
    QueryOf(then): QueryOf<Then>,
) -> Result<Response, PageError> {
    let then = then.path();
    if somebody.person().is_some() {
        return Ok(Redirect::to(then.as_deref().unwrap_or("/account")).into_response());
    }
    Ok(page(&view(&app, then))?)
}

/// Makes an account, and signs this browser in.
///
/// # Errors
///
/// The coordinator's own failures; refusals come back with the page.
pub async fn post_new(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    headers: HeaderMap,
    FormOf(form): FormOf<NewForm>,
) -> Result<Response, PageError> {
    let then = form.then.as_deref().and_then(safe);
    let made = async {
        claim(&app, &voter)?;
        let handle = Handle::typed(&form.handle).map_err(|error| malformed(&error))?;
        let made = app.store.make_person(handle, browser(&headers, &voter));
        refusal(made.await)?.map_err(ApiError::from)
    };
    match made.await {
        Ok(opened) => {
            let welcome = format!("/account?done={}", Done::Made.word());
            // Whoever only wanted to see their account is told what to do first.
            let elsewhere = then.filter(|then| then != "/account");
            let onwards = Redirect::to(elsewhere.as_deref().unwrap_or(&welcome));
            Ok(signed_in(&voter, &opened, onwards.into_response()))
        }
        Err(ApiError::Refused(problem)) => {
            let view = SignInPage {
                handle: form.handle,
                ..view(&app, then)
            };
            again(view, &problem)
        }
        Err(ours) => Err(ours.into()),
    }
}

/// Signs this browser in with a recovery code or a link code.
///
/// # Errors
///
/// The coordinator's own failures; refusals come back with the page.
pub async fn post_code(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    headers: HeaderMap,
    FormOf(form): FormOf<CodeForm>,
) -> Result<Response, PageError> {
    let then = form.then.as_deref().and_then(safe);
    let now_ms = app.clock.now_ms();
    // Recovery codes are too long to be guessed; of link codes wrong ones are counted.
    let guessable = form.code.parse::<LinkCode>().is_ok();
    let opened = async {
        claim(&app, &voter)?;
        if guessable {
            app.throttles.wrong_codes.look(&(), now_ms)?;
        }
        let browser = browser(&headers, &voter);
        let opened = app.store.sign_in_with_code(&form.code, browser).await?;
        if opened.is_none() && guessable {
            app.throttles.wrong_codes.count((), now_ms)?;
        }
        opened.ok_or_else(|| {
            let detail = "It opens nothing: a letter is wrong, it was used, or it is too old.";
            ApiError::refused(ProblemKind::UnknownCode, detail)
        })
    };
    match opened.await {
        Ok(opened) => {
            let onwards = Redirect::to(then.as_deref().unwrap_or("/account"));
            Ok(signed_in(&voter, &opened, onwards.into_response()))
        }
        Err(ApiError::Refused(problem)) => again(view(&app, then), &problem),
        Err(ours) => Err(ours.into()),
    }
}

/// Counts an attempt to get in.
pub(super) fn claim(app: &App, voter: &WebVoter) -> Result<(), Problem> {
    match voter.from.address {
        Some(address) => app.throttles.sign_ins.claim(address, app.clock.now_ms()),
        None => Ok(()),
    }
}

fn view(app: &App, then: Option<String>) -> SignInPage {
    SignInPage {
        then,
        passkeys: app.passkeys.is_some(),
        ..SignInPage::default()
    }
}

fn malformed(reason: &dyn std::fmt::Display) -> ApiError {
    let mut detail = format!("{reason}.");
    if let Some(first) = detail.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    ApiError::refused(ProblemKind::MalformedRequest, detail)
}

/// The page again, with what is wrong.
fn again(view: SignInPage, problem: &Problem) -> Result<Response, PageError> {
    let view = SignInPage {
        problem: Some(problem.detail.clone()),
        ..view
    };
    let mut response = page_with_status(error::status(problem.kind), &view)?;
    let kind = error::Refusal(problem.kind);
    response.extensions_mut().insert(kind);
    Ok(response)
}
