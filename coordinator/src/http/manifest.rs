//! `GET /api/v1/manifest`: what the coordinator vouches for, signed.
//!
//! The store builds a manifest for a sequence number; it is signed once, by whichever coordinator is
//! asked first, written down, and kept in memory until the number goes up. The number is also the answer's entity tag, so that a client that has the newest
//! manifest gets a short "304" for its question.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use woolgather_protocol::manifest::Manifest;
use woolgather_protocol::{DeviceSecret, Signed};

use super::conditional::tag_is_known;
use super::error::ApiError;
use crate::state::App;
use crate::store::{Store, StoreError};

/// A manifest as it is sent.
#[derive(Debug)]
pub struct SealedManifest {
    /// Its sequence number.
    pub sequence: u64,
    /// JSON of a [`Signed`] [`Manifest`].
    pub json: Bytes,
}

/// The newest manifest, signed.
#[derive(Debug, Default)]
pub struct ManifestCache(Mutex<Option<Arc<SealedManifest>>>);

impl ManifestCache {
    /// The newest manifest, from memory unless the sequence number has gone up.
    ///
    /// # Errors
    ///
    /// As [`Store::sealed_manifest`].
    ///
    /// # Panics
    ///
    /// If a manifest cannot be written as JSON, which is our bug: it is a plain struct.
    pub async fn newest(
        &self,
        store: &Store,
        secret: &DeviceSecret,
    ) -> Result<Arc<SealedManifest>, StoreError> {
        let sequence = store.manifest_sequence().await?;
        if let Some(known) = self.known(sequence) {
            return Ok(known);
        }
        let signing = secret.clone();
        let seal = move |manifest: &Manifest| {
            let signed = Signed::<Manifest>::seal(manifest, &signing);
            serde_json::to_string(&signed).expect("a signed manifest is a plain struct")
        };
        let (sequence, json) = store.sealed_manifest(secret.public(), seal).await?;
        let sealed = Arc::new(SealedManifest {
            sequence,
            json: json.into(),
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sealed.clone());
        Ok(sealed)
    }

    fn known(&self, sequence: u64) -> Option<Arc<SealedManifest>> {
        let newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        newest
            .clone()
            .filter(|manifest| manifest.sequence == sequence)
    }
}

/// The signed manifest
#[utoipa::path(
    get,
    path = "/api/v1/manifest",
    tag = "flock",
    responses(
        (status = 200, description = "The newest manifest; its ETag is the sequence number", body = Signed<Manifest>),
        (status = 304, description = "If-None-Match names the newest manifest"),
    ),
)]
pub async fn get_manifest(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let manifest = app.manifests.newest(&app.store, &app.secret).await?;
    let tag = format!("\"{}\"", manifest.sequence);
    let known = tag_is_known(&headers, &tag);
    let head = [
        (header::ETAG, tag),
        // Ask every time: the answer "nothing new" is cheap, an old manifest is not.
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::CONTENT_TYPE, "application/json".to_owned()),
    ];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    Ok((head, manifest.json.clone()).into_response())
}
