//! Accounts: the way in, what is one's own, and taking a screensaver.
//!
//! Every form here changes an account, so none is taken from another website: the session's cookie does not
//! come with such a form (`SameSite=Lax`), and [`only_from_here`] refuses it besides. Nothing of it is kept by
//! browsers or proxies.
//!
//! * [`session`]: who is signed in. [`signin`]: the way in. [`passkeys`]: with a passkey.
//! * [`own`]: what is one's own, and its forms. [`link`]: taking a screensaver.

pub mod link;
pub mod own;
pub mod passkeys;
pub mod session;
pub mod signin;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use url::Url;
use woolgather_protocol::ProblemKind;

use super::answer::{PageError, wants_page};
use super::teams;
use crate::http::error::ApiError;
use crate::state::App;

/// Routes of accounts, and of every form that only a signed-in person may send.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/signin", get(signin::get_signin))
        .route("/signin/new", post(signin::post_new))
        .route("/signin/code", post(signin::post_code))
        .route("/signin/passkey/begin", post(passkeys::begin_sign_in))
        .route("/signin/passkey/finish", post(passkeys::finish_sign_in))
        .route("/account", get(own::get_account))
        .route("/account/profile", post(own::post_profile))
        .route("/account/passkeys/begin", post(passkeys::begin_making))
        .route("/account/passkeys/finish", post(passkeys::finish_making))
        .route("/account/passkeys/remove", post(own::remove_passkey))
        .route("/account/codes", post(own::post_codes))
        .route("/account/link-code", post(own::post_link_code))
        .route("/account/devices/unlink", post(own::unlink_device))
        .route("/account/sessions/end", post(own::end_session))
        .route("/account/tokens", post(own::post_token))
        .route("/account/tokens/revoke", post(own::revoke_token))
        .route("/account/signout", post(own::sign_out))
        .route("/account/export", get(own::get_export))
        .route("/account/delete", post(own::post_delete))
        .route("/link", get(link::get_link).post(link::post_link))
        .route("/teams", get(teams::get_teams).post(teams::post_team))
        .route("/teams/leave", post(teams::leave_team))
        .route("/teams/{handle}", get(teams::get_team))
        .route("/teams/{handle}/join", post(teams::join_team))
        .layer(from_fn(only_from_here))
}

/// Refuses a form of another website, and keeps every answer out of caches.
async fn only_from_here(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if request.method() == Method::POST && !is_from_here(headers) {
        let detail = "Open the page on this website and send the form from there.";
        let error = ApiError::refused(ProblemKind::CrossSite, detail);
        return if wants_page(headers) {
            PageError::from(error).into_response()
        } else {
            error.into_response()
        };
    }
    let mut response = next.run(request).await;
    let nothing = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, nothing);
    response
}

/// Whether a browser says that a form is this website's own. Browsers say so in `Sec-Fetch-Site`, or, where the
/// connection is not encrypted, in `Origin`, which neither forms nor scripts of others can choose.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = text("origin").and_then(|origin| Url::parse(origin).ok());
    let (Some(origin), Some(host)) = (origin, text("host")) else {
        return false;
    };
    let here = Url::parse(&format!("{}://{host}/", origin.scheme()));
    here.is_ok_and(|here| here.origin() == origin.origin() && origin.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_forms_of_this_website_are_from_here() {
        let check = |pairs: &[(&'static str, &str)], expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static("flock.example:8080"));
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            assert_eq!(is_from_here(&headers), expected, "{pairs:?}");
        };
        let own = ("origin", "http://flock.example:8080");
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[own], true);
        check(&[("origin", "https://flock.example:8080")], true);
        check(&[], false);
        check(&[("sec-fetch-site", "cross-site"), own], false);
        check(&[("sec-fetch-site", "same-site"), own], false);
        check(&[("origin", "http://evil.example")], false);
        check(&[("origin", "http://flock.example")], false);
        check(&[("origin", "null")], false);
    }
}
