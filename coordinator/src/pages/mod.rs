//! The website: fills `woolgather-web`'s views from the store and the tracker.
//!
//! ```text
//! GET /sheep/{id} -> store rows -> views::SheepPage -> HTML
//! ```
//!
//! * [`home`], [`sheep`], [`vote`], [`seen`], [`submit`], [`status`], [`work`], [`fixed`], [`api`]: the pages.
//! * [`admin`]: the operator's console.
//! * [`cards`]: what several pages show of a sheep. [`voter`]: who votes, by a cookie.
//! * [`live`]: what a browser's graphics card draws a flame from.
//! * [`answer`]: pages and refusals as responses. [`from_here`]: forms that come from our own pages.

pub mod admin;
pub mod answer;
pub mod api;
pub mod cards;
pub mod fixed;
pub mod from_here;
pub mod home;
pub mod live;
pub mod seen;
pub mod sheep;
pub mod status;
pub mod submit;
pub mod vote;
pub mod voter;
pub mod work;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use woolgather_protocol::paths;

use crate::state::App;

/// The largest form without a file, in bytes: a ballot's token and an answer, or a list of sheep.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// Routes of the pages.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(home::get_home))
        .route("/sheep/{id}", get(sheep::get_sheep))
        .route("/sheep/{id}/genome.flam3", get(sheep::get_genome))
        .route("/vote", get(vote::get_vote).post(vote::post_vote))
        .route(paths::SEEN, get(seen::get_seen).post(seen::post_seen))
        .route("/status", get(status::get_status))
        .route("/units/{id}", get(work::get_work))
        .route("/units/{id}/{picture}", get(work::get_picture))
        .route("/join", get(fixed::get_join))
        .route("/api", get(api::get_api))
        .route("/static/{*path}", get(fixed::get_static))
        .merge(admin::routes())
        .merge(submit::routes())
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}
