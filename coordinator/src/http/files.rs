//! Answers from the blobs: clips in parts, pictures and torrents whole.
//!
//! A blob never changes, and the addresses that lead to one either contain its version or are
//! asked about again with its entity tag.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use woolgather_protocol::Blake3;

use super::conditional::tag_is_known;
use super::error::ApiError;
use super::ranges::{Part, requested_part};
use crate::state::App;

/// How a blob is sent.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// Which blob.
    pub blob: Blake3,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// How long it may be kept without asking again.
    pub keep: Keep,
    /// Whether its bytes count as clips given over HTTP.
    pub is_clip: bool,
}

/// How long an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The address never leads to anything else.
    ForEver,
    /// Ask again each time; what is kept is good if the tag is still the same.
    Asking,
}

/// Answers with a blob, or the part of it that is asked for.
///
/// # Errors
///
/// [`ApiError::Internal`] when the blob cannot be read, `storage-away` when the bucket does not answer.
pub async fn serve_blob(
    app: &Arc<App>,
    method: &Method,
    headers: &HeaderMap,
    served: Served,
) -> Result<Response, ApiError> {
    let blob = app.blobs.opened(&served.blob).await?;
    let length = blob.length();
    let tag = format!("\"{}\"", served.blob);
    let mut response = if tag_is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let part = requested_part(headers, length, &tag);
        let (mut response, bytes) = part_head(part, length);
        let count = bytes.end - bytes.start;
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, count.into());
        if method != Method::HEAD && count > 0 {
            *response.body_mut() = body(app, blob.part(bytes).await?, served.is_clip);
        }
        response
    };
    let keep = match served.keep {
        Keep::ForEver => "public, max-age=31536000, immutable",
        Keep::Asking => "public, no-cache",
    };
    let headers = response.headers_mut();
    let content_type = HeaderValue::from_static(served.content_type);
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Status and range header for a part, and the bytes that follow.
fn part_head(part: Part, length: u64) -> (Response, std::ops::Range<u64>) {
    match part {
        Part::Whole => (StatusCode::OK.into_response(), 0..length),
        Part::Bytes(bytes) => {
            let range = format!("bytes {}-{}/{length}", bytes.start, bytes.end - 1);
            let head = [(header::CONTENT_RANGE, range)];
            ((StatusCode::PARTIAL_CONTENT, head).into_response(), bytes)
        }
        Part::Unsatisfiable => {
            let head = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            (
                (StatusCode::RANGE_NOT_SATISFIABLE, head).into_response(),
                0..0,
            )
        }
    }
}

fn body(app: &Arc<App>, pieces: BoxStream<'static, std::io::Result<Bytes>>, is_clip: bool) -> Body {
    if !is_clip {
        return Body::from_stream(pieces);
    }
    let app = app.clone();
    Body::from_stream(pieces.inspect(move |piece| {
        if let Ok(piece) = piece {
            app.metrics.clip_bytes(piece.len() as u64);
        }
    }))
}
