//! `GET /api/v1/openapi.json`: the API's description for programs, made from the handlers.
//!
//! ```text
//! handlers' attributes -> utoipa -> about() + routes -> complete -> JSON, and the page at /api
//! ```
//!
//! A handler says what only it knows: its parameters, its good answers, whether it is signed
//! (`security`) and which kinds of refusal are its own (`x-problems`). [`complete`] adds what is the
//! same everywhere.

mod complete;

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use woolgather_protocol::Problem;
use woolgather_protocol::manifest::Manifest;
use woolgather_protocol::sheep::{Room, Sort};
use woolgather_protocol::submission::Preamble;
use woolgather_protocol::work::WorkUnit;

pub use complete::complete;

use crate::state::App;

/// The head of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Woolgather coordinator",
        description = "Work for volunteers, clips for players, ballots for voters, entries for artists.\n\n\
            Requests that change anything are signed with a device's ed25519 key: headers \
            `woolgather-key`, `woolgather-time` (ms since 1970 UTC), `woolgather-nonce` (16 random bytes), \
            `woolgather-body` (BLAKE3 of the body) and `woolgather-signature`, the last over \
            `woolgather-request-v1`, method, path with query, the coordinator's key, time, nonce and body \
            digest, joined by line feeds.\n\n\
            Where it says so, a program of a person's may send `Authorization: Bearer` with a token from their \
            account's page instead, if the token's scope allows it.\n\n\
            Refusals are problem+json with a stable `kind`; `/problems/{kind}` explains each. Where waiting \
            helps, `retry_after_s` and the header `Retry-After` say how long.\n\n\
            Examples hold made-up keys, ids and times.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "flock", description = "For players: the manifest, clips, pictures"),
        (name = "work", description = "For workers: leases, submissions, audits"),
        (name = "votes", description = "For voters: dealt ballots"),
        (name = "entries", description = "For artists: offered genomes"),
        (name = "people", description = "People who want to be found, and whose a device is"),
        (name = "tracker", description = "For BitTorrent clients"),
        (name = "operation", description = "For operators"),
        (name = "API", description = "About the API itself"),
    ),
    components(schemas(Manifest, Preamble, Problem, Room, Sort, WorkUnit)),
)]
struct About;

/// The document before any route is in it.
#[must_use]
pub fn about() -> openapi::OpenApi {
    About::openapi()
}

/// The document as it is sent, and as the page about the API reads it.
#[derive(Debug, Clone)]
pub struct Document {
    json: Bytes,
    value: Arc<Value>,
}

impl Document {
    /// Completes and writes the document once.
    ///
    /// # Panics
    ///
    /// If the document cannot be written as JSON, or a handler names a kind of refusal that does not
    /// exist: both are our bug, and show at start.
    #[must_use]
    pub fn new(document: &openapi::OpenApi) -> Self {
        let mut value = serde_json::to_value(document).expect("the document is plain data");
        complete(&mut value);
        let json = serde_json::to_vec(&value).expect("the document is plain data");
        Self {
            json: json.into(),
            value: Arc::new(value),
        }
    }

    /// The document, to be looked into.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }
}

/// The route of the document itself; it is part of what it describes.
#[must_use]
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_document))
}

/// This document
///
/// OpenAPI 3.1, made from the running program. The page at `/api` shows the same for people.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    tag = "API",
    responses((status = 200, description = "The document", body = Object, content_type = "application/json")),
)]
pub async fn get_document(Extension(document): Extension<Document>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document.json).into_response()
}
