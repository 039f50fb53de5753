//! Signed requests: who sends this, is it fresh, and is the body the one that was signed?
//!
//! [`SignedHead`] checks the five headers of [`signing`] before any of the body is read. A handler
//! that takes JSON uses [`SignedJson`]; a handler that streams its body compares the digest in
//! [`SignedHead::body`] itself when the last byte has come.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use woolgather_protocol::signing::{self, Nonce, RequestToSign};
use woolgather_protocol::{Blake3, ProblemKind, PublicKey, Signature, limits};

use super::body::LimitedBody;
use super::error::ApiError;
use crate::state::App;

/// The head of a request whose signature holds.
#[derive(Debug, Clone, Copy)]
pub struct SignedHead {
    /// Who signed.
    pub device: PublicKey,
    /// What the body must hash to.
    pub body: Blake3,
    /// A number unlike any other request's, to spread out who must come back.
    pub spread: u64,
}

/// A signed request with a JSON body of at most [`limits::JSON_BYTES_MAX`] bytes.
#[derive(Debug)]
pub struct SignedJson<T> {
    /// Who signed.
    pub device: PublicKey,
    /// What the body says.
    pub value: T,
    /// As in [`SignedHead`].
    pub spread: u64,
}

impl FromRequestParts<Arc<App>> for SignedHead {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let headers = SignatureHeaders::read(&parts.headers)?;
        let now_ms = app.clock.now_ms();
        app.nonces.check_time(headers.time_ms, now_ms)?;
        let path = parts.uri.path_and_query();
        let request = RequestToSign {
            method: parts.method.as_str(),
            path: path.map_or("/", |path| path.as_str()),
            coordinator: &app.public_key(),
            time_ms: headers.time_ms,
            nonce: headers.nonce,
            body: headers.body,
        };
        if request.verify(&headers.key, &headers.signature).is_err() {
            let detail = "Method, path, coordinator, time, nonce or body digest is not what the \
                          key signed.";
            return Err(ApiError::refused(ProblemKind::BadSignature, detail));
        }
        app.nonces
            .claim(&headers.key, &headers.nonce, headers.time_ms, now_ms)
            .await?;
        app.throttles.devices.count(headers.key, now_ms)?;
        // A signature begins with what is as good as random.
        let [a, b, c, d, e, f, g, h, ..] = headers.signature.0;
        Ok(Self {
            device: headers.key,
            body: headers.body,
            spread: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        })
    }
}

impl<T: DeserializeOwned + Send> FromRequest<Arc<App>> for SignedJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let mut body = LimitedBody::new(body, limits::JSON_BYTES_MAX);
        let read = Self::read(&mut parts, &mut body, app).await;
        if read.is_err() {
            body.swallow().await;
        }
        read
    }
}

impl<T: DeserializeOwned> SignedJson<T> {
    async fn read(
        parts: &mut Parts,
        body: &mut LimitedBody,
        app: &Arc<App>,
    ) -> Result<Self, ApiError> {
        let head = SignedHead::from_request_parts(parts, app).await?;
        let bytes = body.whole().await?;
        head.check_digest(Blake3::of(&bytes))?;
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            let detail = format!("The body is not the JSON expected here: {error}.");
            ApiError::refused(ProblemKind::MalformedRequest, detail)
        })?;
        Ok(Self {
            device: head.device,
            value,
            spread: head.spread,
        })
    }
}

impl SignedHead {
    /// Compares the digest of the body that came with the signed one.
    ///
    /// # Errors
    ///
    /// `body-mismatch`: send it again, it was damaged on its way.
    pub fn check_digest(&self, digest: Blake3) -> Result<(), ApiError> {
        if digest == self.body {
            return Ok(());
        }
        let detail = format!("The body hashes to {digest}, but {} was signed.", self.body);
        Err(ApiError::refused(ProblemKind::BodyMismatch, detail))
    }
}

/// The five headers, read but not believed.
struct SignatureHeaders {
    key: PublicKey,
    time_ms: i64,
    nonce: Nonce,
    body: Blake3,
    signature: Signature,
}

impl SignatureHeaders {
    fn read(headers: &HeaderMap) -> Result<Self, ApiError> {
        Ok(Self {
            key: header(headers, signing::HEADER_KEY)?,
            time_ms: header(headers, signing::HEADER_TIME)?,
            nonce: header(headers, signing::HEADER_NONCE)?,
            body: header(headers, signing::HEADER_BODY)?,
            signature: header(headers, signing::HEADER_SIGNATURE)?,
        })
    }
}

fn header<T: std::str::FromStr<Err: std::fmt::Display>>(
    headers: &HeaderMap,
    name: &'static str,
) -> Result<T, ApiError> {
    let Some(value) = headers.get(name) else {
        let detail = format!("The header {name} is missing.");
        return Err(ApiError::refused(ProblemKind::Unsigned, detail));
    };
    let malformed = |reason: &dyn std::fmt::Display| {
        let detail = format!("The header {name} cannot be read: {reason}.");
        ApiError::refused(ProblemKind::BadSignature, detail)
    };
    let text = value.to_str().map_err(|error| malformed(&error))?;
    text.parse().map_err(|error: T::Err| malformed(&error))
}
