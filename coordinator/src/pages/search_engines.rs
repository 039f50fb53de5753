//! `/robots.txt`, `/sitemap.xml` and the icons that browsers ask for by themselves.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use woolgather_protocol::paths;
use woolgather_web::assets;

use super::times::date;
use crate::http::conditional::tag_is_known;
use crate::http::error::ApiError;
use crate::http::extract::PathOf;
use crate::state::App;

/// Addresses in one site map; the format's own most is 50,000.
const ADDRESSES_MAX: i64 = 20_000;
/// Pages that are there whatever the flock does.
const FIXED: [&str; 7] = [
    "/",
    "/gallery",
    "/gallery?room=hall",
    "/vote",
    "/submit",
    "/status",
    "/join",
];
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// Routes of all of them.
pub fn routes() -> Router<Arc<App>> {
    let icon = |name| get(move |headers: HeaderMap| get_icon(name, headers));
    Router::new()
        .route("/robots.txt", get(get_robots))
        .route("/sitemap.xml", get(get_sitemap))
        .route("/sitemap/{name}", get(get_sitemap_part))
        .route("/favicon.ico", icon("favicon.ico"))
        .route("/apple-touch-icon.png", icon("apple-touch-icon.png"))
}

/// What robots may read: everything but what is made anew for each visitor, and files that are heavy.
pub async fn get_robots(State(app): State<Arc<App>>) -> Response {
    let map = app.public_address("/sitemap.xml");
    let text = format!(
        "User-agent: *\nDisallow: /admin\nDisallow: /vote\nDisallow: /seen\nDisallow: /gallery/random\n\
         Disallow: /api/v1/clips/\nSitemap: {map}\n"
    );
    let head = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (head, text).into_response()
}

/// The list of site maps: one of fixed pages, and as many as the sheep need.
///
/// # Errors
///
/// The store's.
pub async fn get_sitemap(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    let newest = app.store.newest_number().await?;
    let parts = newest.div_euclid(ADDRESSES_MAX) + 1;
    let xml = document("sitemapindex", |xml| {
        for part in 0..parts {
            let address = app.public_address(&format!("/sitemap/{part}.xml"));
            xml.create_element("sitemap")
                .write_inner_content(|xml| text(xml, "loc", &address))?;
        }
        Ok(())
    })?;
    Ok(answer(xml))
}

/// One of them.
///
/// # Errors
///
/// `not-found` beyond the last; the store's.
pub async fn get_sitemap_part(
    State(app): State<Arc<App>>,
    PathOf(name): PathOf<String>,
) -> Result<Response, ApiError> {
    let part: Option<u32> = name.strip_suffix(".xml").and_then(|part| part.parse().ok());
    let part = part.ok_or_else(ApiError::not_found)?;
    let after = i64::from(part).saturating_mul(ADDRESSES_MAX);
    let sheep = app.store.published_between(after, after + ADDRESSES_MAX);
    let sheep = sheep.await?;
    if sheep.is_empty() && part > 0 {
        return Err(ApiError::not_found());
    }
    let xml = document("urlset", |xml| {
        for path in FIXED.iter().filter(|_| part == 0) {
            url(xml, &app.public_address(path), None)?;
        }
        for (id, live_ms) in &sheep {
            let address = app.public_address(&paths::sheep_page(id));
            url(xml, &address, Some(&date(*live_ms)))?;
        }
        Ok(())
    })?;
    Ok(answer(xml))
}

/// An icon under the name that browsers ask for without having been told.
///
/// # Errors
///
/// None but a name that is not there, which is our bug.
async fn get_icon(name: &'static str, headers: HeaderMap) -> Result<Response, ApiError> {
    let url = assets::url(name);
    let path = url.strip_prefix("/static/").unwrap_or_default();
    let asset = assets::asset(path).ok_or_else(ApiError::not_found)?;
    let head = [
        (header::CONTENT_TYPE, asset.content_type.to_owned()),
        (header::CACHE_CONTROL, "public, max-age=86400".to_owned()),
        (header::ETAG, asset.etag.clone()),
    ];
    if tag_is_known(&headers, &asset.etag) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    Ok((head, asset.bytes).into_response())
}

fn document(
    root: &str,
    write: impl FnOnce(&mut Writer<Vec<u8>>) -> std::io::Result<()>,
) -> Result<Vec<u8>, ApiError> {
    let mut xml = Writer::new(Vec::new());
    let written = xml
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))
        .and_then(|()| {
            let root = xml.create_element(root);
            root.with_attribute(("xmlns", NAMESPACE))
                .write_inner_content(write)
                .map(drop)
        });
    written.map_err(anyhow::Error::from)?;
    Ok(xml.into_inner())
}

fn url(xml: &mut Writer<Vec<u8>>, address: &str, changed: Option<&str>) -> std::io::Result<()> {
    xml.create_element("url").write_inner_content(|xml| {
        text(xml, "loc", address)?;
        match changed {
            Some(date) => text(xml, "lastmod", date),
            None => Ok(()),
        }
    })?;
    Ok(())
}

fn text(xml: &mut Writer<Vec<u8>>, name: &str, value: &str) -> std::io::Result<()> {
    xml.create_element(name)
        .write_text_content(BytesText::new(value))?;
    Ok(())
}

fn answer(xml: Vec<u8>) -> Response {
    let head = [
        (header::CONTENT_TYPE, "application/xml"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (head, xml).into_response()
}
