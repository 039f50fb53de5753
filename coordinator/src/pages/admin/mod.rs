//! `/admin`: the operator's console.
//!
//! A link from the command line opens a session, which is a cookie that other sites cannot use: it is
//! sent with nothing that comes from elsewhere (`SameSite=Strict`), and every form carries a proof made
//! from it besides.
//!
//! * [`door`]: in and out. [`console`]: what there is to see. [`decisions`]: what there is to decide.
//!   [`flock`]: how it renews itself. [`works`]: jobs, storage, swarm, settings.

pub mod console;
pub mod decisions;
pub mod door;
pub mod flock;
pub mod works;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use url::Url;
use woolgather_protocol::Blake3;
use woolgather_web::views::{AdminDoor, AdminDoorPage};

use super::answer::{PageError, page_with_status};
use crate::http::extract::cookies;
use crate::state::App;

/// Where the console is.
const CONSOLE: &str = "/admin";
/// The cookie that holds the session's word.
const COOKIE: &str = "woolgather-admin";

/// Routes of the console.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(CONSOLE, get(console::get_console))
        .route("/admin/enter/{word}", get(door::get_door).post(door::enter))
        .route("/admin/leave", post(door::leave))
        .route("/admin/entries/{id}", post(decisions::on_entry))
        .route("/admin/devices/{key}", post(decisions::on_device))
        .route("/admin/units", post(decisions::on_unit))
        .route(
            "/admin/flock",
            get(flock::get_flock).post(flock::post_flock),
        )
        .route(
            "/admin/works",
            get(works::get_works).post(works::post_works),
        )
        .layer(map_response(keep_nothing))
}

/// What an operator sees is not for the next person at the same browser.
async fn keep_nothing(mut response: Response) -> Response {
    let nothing = HeaderValue::from_static("no-store");
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, nothing);
    response
}

/// The address that a link's word makes.
#[must_use]
pub fn link_url(address: &Url, word: &str) -> String {
    let address = address.as_str().trim_end_matches('/');
    format!("{address}/admin/enter/{word}")
}

/// An operator whose session is open.
#[derive(Debug, Clone)]
pub struct Admin {
    session: String,
}

impl Admin {
    /// What every form of this session carries.
    #[must_use]
    pub fn proof(&self) -> String {
        Blake3::of(format!("form {}", self.session).as_bytes()).to_string()
    }
}

impl FromRequestParts<Arc<App>> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let open = async {
            let Some(session) = cookies(&parts.headers, COOKIE).next() else {
                return Ok(None);
            };
            let is_open = app.store.is_admin_session(session).await?;
            let session = session.to_owned();
            Ok::<_, PageError>(is_open.then_some(Self { session }))
        };
        match open.await {
            Ok(Some(admin)) => Ok(admin),
            Ok(None) => Err(closed(AdminDoor::Closed)),
            Err(error) => Err(error.into_response()),
        }
    }
}

/// The console's door, which does not open.
fn closed(door: AdminDoor) -> Response {
    let page = page_with_status(StatusCode::FORBIDDEN, &AdminDoorPage { door });
    page.unwrap_or_else(|error| PageError::from(error).into_response())
}
