//! HTTP: the API, the tracker's door, the pages, one port for all of them.
//!
//! ```text
//! server (connections) -> layers (this file) -> a handler -> store, blobs, tracker, checks
//! ```
//!
//! A file per resource; each handler says what it takes, what it gives and how it refuses, and the
//! OpenAPI document at `/api/v1/openapi.json` is made from that.
//!
//! # Contents
//!
//! * [`server`], [`connections`]: who may connect, time limits, the end.
//! * [`error`], [`extract`], [`signed`], [`nonces`], [`body`], [`conditional`], [`ranges`],
//!   [`files`], [`throttle`], [`admission`], [`browsers`]: what handlers are made of.
//! * [`info`], [`devices`], [`leases`], [`intake`], [`submissions`], [`audits`], [`work_units`]:
//!   for workers.
//! * [`manifest`], [`clips`], [`tracker`]: for players. [`sheep`]: the gallery, for programs. [`thumbnails`]: for
//!   pages.
//! * [`votes`], [`entries`], [`people`]: for people. [`tokens`]: their programs.
//! * [`problems`], [`monitoring`], [`openapi`]: about the API itself.

pub mod admission;
pub mod audits;
pub mod body;
pub mod browsers;
pub mod clips;
pub mod conditional;
pub mod connections;
pub mod devices;
pub mod entries;
pub mod error;
pub mod extract;
pub mod files;
pub mod info;
pub mod intake;
pub mod layers;
pub mod leases;
pub mod manifest;
pub mod monitoring;
pub mod nonces;
pub mod openapi;
pub mod people;
pub mod problems;
pub mod ranges;
pub mod server;
pub mod sheep;
pub mod signed;
pub mod stats;
pub mod submissions;
pub mod throttle;
pub mod thumbnails;
pub mod tokens;
pub mod tracker;
pub mod votes;
pub mod work_units;

use std::sync::Arc;

use axum::{Extension, Router};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::pages;
use crate::state::App;

/// Everything that is served.
pub fn router(app: Arc<App>) -> Router {
    let (quick, mut document) = quick_routes().split_for_parts();
    let (slow, slow_document) = slow_routes().split_for_parts();
    document.merge(slow_document);
    let document = openapi::Document::new(&document);
    let quick = quick
        .merge(stats::routes())
        .merge(pages::routes(&app))
        .layer(axum::middleware::from_fn(layers::limit_time));
    let router = quick
        .merge(slow)
        .fallback(layers::nothing_here)
        .method_not_allowed_fallback(layers::not_this_way)
        .layer(Extension(document));
    layers::around(router, &app).with_state(app)
}

/// Routes whose answers are made at once.
fn quick_routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(openapi::about())
        .routes(routes!(info::get_info))
        .routes(routes!(devices::post_device))
        .routes(routes!(leases::post_lease))
        .routes(routes!(leases::delete_lease))
        .routes(routes!(audits::put_audit))
        .routes(routes!(work_units::get_work_unit))
        .routes(routes!(manifest::get_manifest))
        .routes(routes!(sheep::get_list))
        .routes(routes!(sheep::get_sheep))
        .routes(routes!(clips::get_clip))
        .routes(routes!(clips::get_torrent))
        .routes(routes!(clips::get_poster))
        .routes(routes!(votes::post_ballot))
        .routes(routes!(votes::post_vote))
        .routes(routes!(entries::post_entry))
        .routes(routes!(entries::get_entry))
        .routes(routes!(people::get_people))
        .routes(routes!(people::get_person))
        .routes(routes!(people::get_account))
        .routes(routes!(people::post_link))
        .routes(routes!(tracker::get_announce))
        .routes(routes!(tracker::get_scrape))
        .routes(routes!(monitoring::get_health))
        .routes(routes!(monitoring::get_readiness))
        .routes(routes!(monitoring::get_metrics))
        .routes(routes!(problems::get_problem))
        .merge(openapi::routes())
}

/// Routes that take as long as an upload takes; they keep their own time.
fn slow_routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(submissions::put_submission))
}
