//! Who is signed in: a secret in a cookie, which only this website's own pages are sent with.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use woolgather_protocol::ProblemKind;

use crate::http::browsers::{browser as browser_name, named};
use crate::http::error::ApiError;
use crate::http::extract::cookies;
use crate::pages::answer::{PageError, wants_json};
use crate::pages::voter::WebVoter;
use crate::state::App;
use crate::store::{Browser, Opened, PERSON_SESSION_LASTS, PersonId, Session};

const COOKIE: &str = "woolgather-session";
/// The longest path to go on to after signing in.
const THEN_CHARS_MAX: usize = 200;

/// Somebody who is signed in. Everybody else is sent to the way in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Their session.
    pub session: Session,
}

impl SignedIn {
    /// Who.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.session.person
    }
}

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        match Somebody::from_request_parts(parts, app).await {
            Ok(Somebody(Some(session))) => Ok(Self { session }),
            Ok(Somebody(None)) => Err(to_the_way_in(parts)),
            Err(error) => Err(error.into_response()),
        }
    }
}

/// Whoever looks, signed in or not.
#[derive(Debug, Clone)]
pub struct Somebody(pub Option<Session>);

impl Somebody {
    /// Who, if they are signed in.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        self.0.as_ref().map(|session| session.person)
    }
}

impl FromRequestParts<Arc<App>> for Somebody {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PageError> {
        let Some(secret) = secret_in(&parts.headers) else {
            return Ok(Self(None));
        };
        Ok(Self(app.store.session(&secret).await?))
    }
}

fn secret_in(headers: &HeaderMap) -> Option<String> {
    cookies(headers, COOKIE)
        .find(|secret| !secret.is_empty())
        .map(ToOwned::to_owned)
}

fn to_the_way_in(parts: &Parts) -> Response {
    if wants_json(&parts.headers) {
        let detail = "Nobody is signed in with this browser any more. Sign in, and try again.";
        return ApiError::refused(ProblemKind::SignedOut, detail).into_response();
    }
    let path = parts.uri.path_and_query().map(PathAndQuery::as_str);
    match path.filter(|_| parts.method == Method::GET).and_then(safe) {
        Some(then) => Redirect::to(&way_in(&then)).into_response(),
        None => Redirect::to("/signin").into_response(),
    }
}

/// The way in, with where to go afterwards.
#[must_use]
pub fn way_in(then: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("then", then)
        .finish();
    format!("/signin?{query}")
}

/// A path of this website to go on to; `None` for anything that might lead elsewhere.
#[must_use]
pub fn safe(then: &str) -> Option<String> {
    let local = then.starts_with('/') && !then.starts_with("//");
    let plain = |c: char| c.is_ascii_graphic() && c != '\\';
    (local && then.len() <= THEN_CHARS_MAX && then.chars().all(plain)).then(|| then.to_owned())
}

/// The browser that asks, as the store wants it.
#[must_use]
pub fn browser(headers: &HeaderMap, voter: &WebVoter) -> Browser {
    let agent = headers.get(header::USER_AGENT);
    Browser {
        voter: voter.from.voter.clone(),
        label: label(agent.and_then(|agent| agent.to_str().ok()).unwrap_or("")),
        session: secret_in(headers),
    }
}

/// A browser in a few words, as far as it says.
fn label(agent: &str) -> String {
    // The order matters: an Android is a Linux.
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    match (browser_name(agent), named(&SYSTEMS, agent)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "A browser".to_owned(),
    }
}

/// The response, with the session that was just opened, and the browser's voter where that changed.
pub fn signed_in(voter: &WebVoter, opened: &Opened, response: Response) -> Response {
    let lasts = PERSON_SESSION_LASTS.as_secs();
    let voter = voter.with(&opened.voter);
    voter.remember(with_cookie(&voter, &opened.secret, lasts, response))
}

/// The response, without a session, and with a voter that is nobody's: who comes next to this browser is
/// somebody else.
///
/// # Errors
///
/// When the system gives no random bytes.
pub fn signed_out(voter: &WebVoter, response: Response) -> Result<Response, PageError> {
    let fresh = voter.fresh_one()?;
    Ok(fresh.remember(with_cookie(&fresh, "", 0, response)))
}

fn with_cookie(voter: &WebVoter, secret: &str, seconds: u64, response: Response) -> Response {
    let secure = voter.secure_attribute();
    let cookie =
        format!("{COOKIE}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    match HeaderValue::from_str(&cookie) {
        Ok(cookie) => (AppendHeaders([(header::SET_COOKIE, cookie)]), response).into_response(),
        // Secrets are letters and digits, which a header can carry.
        Err(_) => response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere_after_signing_in() {
        assert_eq!(safe("/link?code=abcd").as_deref(), Some("/link?code=abcd"));
        for odd in [
            "",
            "link",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a b",
            "/\u{7f}",
            &"/".repeat(201),
        ] {
            assert_eq!(safe(odd), None, "{odd}");
        }
        assert_eq!(way_in("/link?code=a"), "/signin?then=%2Flink%3Fcode%3Da");
    }

    #[test]
    fn a_browser_is_named_in_a_few_words() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(label(firefox), "Firefox on Linux");
        let phone =
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36";
        assert_eq!(label(phone), "Chrome on Android");
        assert_eq!(label("<script>"), "A browser");
    }
}
