//! Who asks: a device with its key, or a person's program with a token.
//!
//! Routes that fit both take [`AskedBy`] with the scope that a token must have. A request with
//! `Authorization: Bearer` is judged by its token alone; any other must be signed.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use woolgather_protocol::people::Scope;
use woolgather_protocol::{ProblemKind, limits};

use super::body::LimitedBody;
use super::error::ApiError;
use super::signed::SignedJson;
use crate::state::App;
use crate::store::{PersonId, VoterId};

const BEARER: &str = "Bearer ";
/// The longest token that is looked at.
const TOKEN_CHARS_MAX: usize = 100;

/// A scope as a type, for the routes that need it.
pub trait Needs: Send {
    /// The scope.
    const SCOPE: Scope;
}

/// What [`Scope::Render`] allows.
#[derive(Debug)]
pub enum Render {}
/// What [`Scope::Vote`] allows.
#[derive(Debug)]
pub enum Vote {}
/// What [`Scope::Submit`] allows.
#[derive(Debug)]
pub enum Submit {}

impl Needs for Render {
    const SCOPE: Scope = Scope::Render;
}
impl Needs for Vote {
    const SCOPE: Scope = Scope::Vote;
}
impl Needs for Submit {
    const SCOPE: Scope = Scope::Submit;
}

/// The person whose token came with a request.
#[derive(Debug)]
pub struct Bearer<N> {
    /// The person.
    pub person: PersonId,
    needs: PhantomData<N>,
}

/// A JSON request of a device or of a person's program.
#[derive(Debug)]
pub struct AskedBy<N, T> {
    /// The device, or the person.
    pub voter: VoterId,
    /// What the body says.
    pub value: T,
    needs: PhantomData<N>,
}

impl<N: Needs> FromRequestParts<Arc<App>> for Bearer<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let owner = match token(&parts.headers) {
            Some(token) if token.len() <= TOKEN_CHARS_MAX => app.store.token_owner(token).await?,
            _ => None,
        };
        let owner = owner.ok_or_else(|| {
            let detail = "The header Authorization names no token that is good here.";
            ApiError::refused(ProblemKind::UnknownToken, detail)
        })?;
        if !owner.scopes.contains(&N::SCOPE) {
            let detail = format!("This needs a token with the scope `{}`.", N::SCOPE.as_str());
            return Err(ApiError::refused(ProblemKind::ScopeMissing, detail));
        }
        Ok(Self {
            person: owner.person,
            needs: PhantomData,
        })
    }
}

impl<N: Needs, T: DeserializeOwned + Send> FromRequest<Arc<App>> for AskedBy<N, T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        if token(request.headers()).is_none() {
            let signed = SignedJson::from_request(request, app).await?;
            return Ok(Self {
                voter: VoterId::device(&signed.device),
                value: signed.value,
                needs: PhantomData,
            });
        }
        let (mut parts, body) = request.into_parts();
        let mut body = LimitedBody::new(body, limits::JSON_BYTES_MAX);
        let read = async {
            let bearer = Bearer::<N>::from_request_parts(&mut parts, app).await?;
            let bytes = body.whole().await?;
            let value = serde_json::from_slice(&bytes).map_err(|error| {
                let detail = format!("The body is not the JSON expected here: {error}.");
                ApiError::refused(ProblemKind::MalformedRequest, detail)
            })?;
            Ok(Self {
                voter: bearer.person.voter(),
                value,
                needs: PhantomData,
            })
        };
        let read: Result<Self, ApiError> = read.await;
        if read.is_err() {
            body.swallow().await;
        }
        read
    }
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix(BEARER)
}
