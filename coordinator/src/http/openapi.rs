//! `GET /openapi.json`: the API's description for programs, made from the handlers.

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa::openapi;

/// The head of the document. Signed requests carry five headers, which no scheme of OpenAPI can
/// express; the description says how they are made.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Woolgather coordinator",
        description = "Work for volunteers, clips for players, ballots for voters, entries for artists.\n\n\
            Requests that change anything are signed with a device's ed25519 key: headers \
            `woolgather-key`, `woolgather-time` (ms since 1970 UTC), `woolgather-nonce` (16 random bytes), \
            `woolgather-body` (BLAKE3 of the body) and `woolgather-signature`, the last over \
            `woolgather-request-v1`, method, path with query, the coordinator's key, time, nonce and body \
            digest, joined by line feeds. Refusals are problem+json with a stable `kind`; `/problems/{kind}` \
            explains each.",
        license(name = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "work", description = "For workers: leases, submissions, audits"),
        (name = "flock", description = "For players: the manifest, clips, pictures"),
        (name = "votes", description = "For voters: dealt ballots"),
        (name = "entries", description = "For artists: offered genomes"),
        (name = "tracker", description = "For BitTorrent clients"),
        (name = "operation", description = "For operators"),
    ),
)]
struct About;

/// The document before any route is in it.
#[must_use]
pub fn about() -> openapi::OpenApi {
    About::openapi()
}

/// The document as it is sent.
#[derive(Debug, Clone)]
pub struct Document(Bytes);

impl Document {
    /// Writes the document once.
    ///
    /// # Panics
    ///
    /// If the document cannot be written as JSON, which is our bug: it is made at start.
    #[must_use]
    pub fn new(document: &openapi::OpenApi) -> Self {
        let json = document.to_json().expect("the document is plain data");
        Self(json.into())
    }

    /// The answer to a request for it.
    #[must_use]
    pub fn answer(&self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0.clone()).into_response()
    }
}
