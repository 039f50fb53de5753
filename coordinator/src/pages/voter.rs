//! Who votes on the website: a random name in a cookie, made at the first visit.
//!
//! The name identifies nobody; it lets a ballot belong to the browser it was dealt to, and a new
//! vote replace the old one. Scripts cannot read it and other sites cannot send it with a form.

use std::sync::Arc;

use anyhow::Context;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::answer::PageError;
use crate::http::extract::{ClientAddress, cookies};
use crate::state::App;
use crate::store::{VoteFrom, VoterId};

const COOKIE: &str = "woolgather-voter";
/// A year.
const COOKIE_MAX_AGE_S: u32 = 365 * 24 * 60 * 60;

/// The browser's voter.
#[derive(Debug, Clone)]
pub struct WebVoter {
    /// Its name, and where it is.
    pub from: VoteFrom,
    /// Whether the browser has yet to be told.
    fresh: bool,
    /// Whether the cookie may only travel encrypted.
    secure: bool,
}

impl FromRequestParts<Arc<App>> for WebVoter {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PageError> {
        let known = voter_in(&parts.headers);
        let fresh = known.is_none();
        let voter = match known {
            Some(voter) => voter,
            None => fresh_voter()?,
        };
        let ClientAddress(address) = match ClientAddress::from_request_parts(parts, app).await {
            Ok(address) => address,
            Err(never) => match never {},
        };
        let from = VoteFrom {
            voter,
            address: Some(address),
        };
        Ok(Self {
            from,
            fresh,
            secure: app.public_url.scheme() == "https",
        })
    }
}

impl WebVoter {
    /// The same browser under this name from now on.
    #[must_use]
    pub fn with(&self, voter: &VoterId) -> Self {
        let from = VoteFrom {
            voter: voter.clone(),
            ..self.from
        };
        Self {
            fresh: self.fresh || from.voter != self.from.voter,
            from,
            secure: self.secure,
        }
    }

    /// The same browser under a name that is nobody's yet.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn fresh_one(&self) -> Result<Self, PageError> {
        Ok(self.with(&fresh_voter()?))
    }

    /// What a cookie ends with where it may only travel encrypted.
    #[must_use]
    pub fn secure_attribute(&self) -> &'static str {
        if self.secure { "; Secure" } else { "" }
    }

    /// The response, with the cookie if the browser has none yet.
    #[must_use]
    pub fn remember(&self, response: Response) -> Response {
        if !self.fresh {
            return response;
        }
        let secure = self.secure_attribute();
        let cookie = format!(
            "{COOKIE}={}; Path=/; Max-Age={COOKIE_MAX_AGE_S}; HttpOnly; SameSite=Lax{secure}",
            self.from.voter
        );
        match HeaderValue::from_str(&cookie) {
            Ok(cookie) => (AppendHeaders([(header::SET_COOKIE, cookie)]), response).into_response(),
            // A voter's name has no characters that a header could not carry.
            Err(_) => response,
        }
    }
}

fn fresh_voter() -> anyhow::Result<VoterId> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).context("the system gave no random bytes")?;
    Ok(VoterId::web(random))
}

/// The voter named by the cookie. Only names we would give to a browser are taken: nobody can
/// vote as a device without its key.
fn voter_in(headers: &HeaderMap) -> Option<VoterId> {
    cookies(headers, COOKIE)
        .find(|value| value.starts_with("web-"))
        .and_then(|value| value.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_browsers_name_is_taken_from_a_cookie() {
        let check = |cookie: &str, expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            let found = voter_in(&headers);
            assert_eq!(found.as_ref().map(VoterId::as_str), expected, "{cookie}");
        };
        check("woolgather-voter=web-1a", Some("web-1a"));
        check("a=b; woolgather-voter=web-1a; c=d", Some("web-1a"));
        check("woolgather-voter=web-<script>", None);
        check("other=web-1a", None);
        let device = format!("woolgather-voter={}", "a".repeat(64));
        check(&device, None);
    }
}
