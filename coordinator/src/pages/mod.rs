//! The website: fills `woolgather-web`'s views from the store and the tracker.
//!
//! ```text
//! GET /sheep/{id} -> store rows -> views::SheepPage -> HTML
//! ```
//!
//! * [`home`], [`gallery`], [`sheep`], [`vote`], [`seen`], [`submit`], [`status`], [`health`], [`work`], [`fixed`], [`api`]:
//!   the pages.
//! * [`people`], [`teams`]: who wants to be found. [`account`]: what is one's own. [`forms`]: what it is sent with.
//! * [`admin`]: the operator's console.
//! * [`live`]: what a browser's graphics card draws a flame from.
//! * [`embed`], [`feeds`], [`search_engines`]: what other websites and programs read.
//! * [`times`]: moments in words. [`cards`]: what several pages show of a sheep. [`voter`]: who votes, by a cookie.
//! * [`answer`]: pages and refusals as responses. [`from_here`]: forms that come from our own pages.

pub mod account;
pub mod admin;
pub mod answer;
pub mod api;
pub mod cards;
pub mod embed;
pub mod feeds;
pub mod fixed;
pub mod forms;
pub mod from_here;
pub mod gallery;
pub mod health;
pub mod home;
pub mod live;
pub mod people;
pub mod search_engines;
pub mod seen;
pub mod sheep;
pub mod status;
pub mod submit;
pub mod teams;
pub mod times;
pub mod vote;
pub mod voter;
pub mod work;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use woolgather_protocol::paths;

use crate::http::thumbnails;
use crate::state::App;

/// The largest form without a file, in bytes: a ballot's token and an answer, or a list of sheep.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// Routes of the pages.
pub fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/", get(home::get_home))
        .route("/gallery", get(gallery::get_gallery))
        .route("/gallery/random", get(gallery::get_random))
        .route("/sheep/{id}", get(sheep::get_sheep))
        .route("/sheep/{id}/genome.flam3", get(sheep::get_genome))
        .route("/sheep/{id}/small.webp", get(thumbnails::get_thumbnail))
        .route("/embed/{id}", get(embed::get_embed))
        .route("/oembed", get(embed::get_oembed))
        .route("/feeds/new.atom", get(feeds::sheep::get_new))
        .route("/feeds/artist/{name}", get(feeds::sheep::get_artist))
        .route("/feeds/tag/{name}", get(feeds::sheep::get_tag))
        .route("/feeds/status.atom", get(feeds::status::get_status))
        .merge(search_engines::routes())
        .route("/vote", get(vote::get_vote).post(vote::post_vote))
        .route("/vote/next", get(vote::get_next))
        .route("/vote/undo", post(vote::post_undo))
        .route(paths::SEEN, get(seen::get_seen).post(seen::post_seen))
        .route("/status", get(status::get_status))
        .route("/status/me", get(health::get_mine))
        .route("/units/{id}", get(work::get_work))
        .route("/units/{id}/{picture}", get(work::get_picture))
        .route("/join", get(fixed::get_join))
        .route("/api", get(api::get_api))
        .route("/static/{*path}", get(fixed::get_static))
        .route("/people", get(people::get_people))
        .route("/people/machines", get(people::get_machines))
        .route("/people/{handle}", get(people::get_person))
        .merge(account::routes(app))
        .merge(admin::routes())
        .merge(submit::routes())
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}
