//! Parts of a request, with our refusals instead of the framework's.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use woolgather_protocol::ProblemKind;

use super::error::ApiError;
use crate::pages::answer::{PageError, wants_page};
use crate::state::App;

/// Ids from the path. A path that holds something else leads nowhere.
#[derive(Debug)]
pub struct PathOf<T>(pub T);

/// What a path that leads nowhere is answered with: a page for a browser, a problem for a program.
#[derive(Debug)]
pub struct Nowhere {
    as_page: bool,
}

impl IntoResponse for Nowhere {
    fn into_response(self) -> Response {
        let error = ApiError::not_found();
        if self.as_page {
            PageError::from(error).into_response()
        } else {
            error.into_response()
        }
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathOf<T> {
    type Rejection = Nowhere;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Nowhere> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(value)| Self(value)).map_err(|_| Nowhere {
            as_page: wants_page(&parts.headers),
        })
    }
}

/// Values from the query.
#[derive(Debug)]
pub struct QueryOf<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Query::<T>::try_from_uri(&parts.uri)
            .map(|Query(value)| Self(value))
            .map_err(|error| {
                // The framework wraps what serde says in words of its own.
                let reason = error
                    .source()
                    .map_or(error.body_text(), ToString::to_string);
                let detail = format!("The query cannot be read: {reason}.");
                ApiError::refused(ProblemKind::MalformedRequest, detail)
            })
    }
}

/// Where a request comes from: the connection's address, or what the operator's proxy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<Arc<App>> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> Result<Self, Self::Rejection> {
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Requests that did not come over a socket are tests'.
        let connection = connection.map_or(Ipv4Addr::LOCALHOST.into(), |info| info.0.ip());
        let forwarded = app
            .config
            .trust_forwarded_for
            .then(|| forwarded_for(&parts.headers))
            .flatten();
        Ok(Self(forwarded.unwrap_or(connection).to_canonical()))
    }
}

/// The last address of the last `X-Forwarded-For`: the one our own proxy wrote. Those before it
/// came with the request and may be made up.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let header = headers.get_all("x-forwarded-for").iter().next_back()?;
    let last = header.to_str().ok()?.rsplit(',').next()?;
    last.trim().parse().ok()
}

/// The values of all cookies with this name, as the browser sends them.
pub fn cookies<'h>(headers: &'h HeaderMap, name: &'h str) -> impl Iterator<Item = &'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(move |(found, _)| *found == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_nearest_proxy_is_believed() {
        let check = |values: &[&str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let expected = expected.map(|text| text.parse().unwrap());
            assert_eq!(forwarded_for(&headers), expected, "{values:?}");
        };
        check(&[], None);
        check(&["192.0.2.1"], Some("192.0.2.1"));
        check(&["10.0.0.1, 192.0.2.1"], Some("192.0.2.1"));
        check(&["10.0.0.1", "2001:db8::1"], Some("2001:db8::1"));
        check(&["192.0.2.1, unknown"], None);
    }
}
