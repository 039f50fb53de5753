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
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::answer::{PageError, wants_page};
use super::{from_here, teams};
use crate::state::App;

/// Routes of accounts, and of every form that only a signed-in person may send.
pub fn routes(app: &Arc<App>) -> Router<Arc<App>> {
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
        .layer(from_fn_with_state(Arc::clone(app), only_from_here))
}

/// Refuses a form of another website, or of nobody knows where, and keeps every answer out of caches.
async fn only_from_here(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_ours = || from_here::said(headers, &app.public_url) == Some(true);
    if request.method() == Method::POST && !is_ours() {
        let error = from_here::elsewhere();
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
