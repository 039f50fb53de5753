//! `GET /sheep/{id}/small.webp`: a sheep's picture, small enough that a page full of them costs little.
//!
//! Made from the poster when it is first asked for, and kept in memory while it is asked for often: a poster of
//! 1280 × 720 pixels has some 100 kB, this has some 30.

use std::num::NonZeroUsize;
use std::sync::Arc;

use anyhow::Context as _;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use image::imageops::{self, FilterType};
use woolgather_protocol::{Blake3, SheepId};

use super::conditional::tag_is_known;
use super::error::ApiError;
use super::extract::PathOf;
use crate::kept::KeptFiles;
use crate::publish;
use crate::state::App;

/// Pixels across: sharp on a card of usual density, and good enough on a phone of twice that.
const WIDTH: u32 = 640;
/// How many are kept; about 30 MB.
const KEPT: NonZeroUsize = NonZeroUsize::new(1_000).expect("not zero");
/// The longest poster that is looked at; ours have some 100 kB.
const POSTER_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// How many are made at a time.
const MADE_AT_ONCE: usize = 2;

/// The small pictures that were asked for last, by their posters.
pub type Thumbnails = KeptFiles<Blake3>;

/// None made yet.
#[must_use]
pub fn thumbnails() -> Thumbnails {
    KeptFiles::new(KEPT, MADE_AT_ONCE)
}

async fn thumbnail(app: &App, poster: Blake3) -> anyhow::Result<Bytes> {
    let blobs = app.blobs.clone();
    let making = move || shrunk(&blobs.read(&poster, POSTER_BYTES_MAX)?);
    let made = async { app.hands.work(making).await.context("making it smaller")? };
    app.thumbnails.get(poster, made).await
}

/// A poster at [`WIDTH`], or as it is where it is not wider.
fn shrunk(poster: &[u8]) -> anyhow::Result<Vec<u8>> {
    let picture = webp::Decoder::new(poster)
        .decode()
        .context("a poster that is no WebP picture")?;
    let (width, height) = (picture.width(), picture.height());
    if width <= WIDTH {
        return Ok(poster.to_vec());
    }
    let size = "a picture has as many pixels as it says";
    let pixels = picture.to_vec();
    let rgb = if picture.is_alpha() {
        pixels
            .chunks_exact(4)
            .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect()
    } else {
        pixels
    };
    let picture = image::RgbImage::from_raw(width, height, rgb).context(size)?;
    let small_height = (height * WIDTH).div_ceil(width);
    let small = imageops::resize(&picture, WIDTH, small_height, FilterType::CatmullRom);
    publish::webp_of_rgb(&small, WIDTH, small_height)
}

/// A sheep's picture, made smaller.
///
/// # Errors
///
/// `not-found` while there is no picture; `storage-away`.
pub async fn get_thumbnail(
    State(app): State<Arc<App>>,
    PathOf(id): PathOf<SheepId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let sheep = app.store.sheep(&id).await?;
    let poster = sheep.poster.ok_or_else(ApiError::not_found)?;
    let tag = format!("\"small-{poster}\"");
    let mut response = if tag_is_known(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        thumbnail(&app, poster).await?.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/webp"));
    // A repaired clip has another picture, so a browser asks again, but not within minutes.
    let keep = HeaderValue::from_static("public, max-age=600");
    headers.insert(header::CACHE_CONTROL, keep);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poster(width: u32, height: u32) -> Vec<u8> {
        let rgb: Vec<u8> = (0..width * height)
            .flat_map(|n| [n as u8, (n >> 8) as u8, 90])
            .collect();
        publish::webp_of_rgb(&rgb, width, height).unwrap()
    }

    #[test]
    fn a_wide_picture_becomes_small_and_keeps_its_shape() {
        let small = shrunk(&poster(1280, 720)).unwrap();
        let picture = webp::Decoder::new(&small).decode().unwrap();
        assert_eq!((picture.width(), picture.height()), (640, 360));
    }

    #[test]
    fn a_small_picture_stays_as_it_is() {
        let small = poster(320, 180);
        assert_eq!(shrunk(&small).unwrap(), small);
        assert!(shrunk(b"no picture").is_err());
    }
}
