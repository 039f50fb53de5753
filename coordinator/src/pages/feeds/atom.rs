//! Atom (RFC 4287), with an `ETag` made of the text, so that a reader who has it already is answered with a few bytes.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::http::conditional::tag_is_known;
use crate::http::error::ApiError;
use crate::pages::times::{http_date, rfc3339};
use crate::state::App;

const ATOM: &str = "application/atom+xml";

/// A feed. Paths are ours, without host.
pub(super) struct Feed {
    /// What it is called.
    pub(super) title: String,
    /// Where it is itself.
    pub(super) path: String,
    /// The page that shows the same.
    pub(super) page: String,
    /// When it changed last, in milliseconds since 1970 UTC.
    pub(super) updated_ms: i64,
    /// What is new, newest first.
    pub(super) entries: Vec<Entry>,
}

/// One thing that is new.
pub(super) struct Entry {
    /// What tells it from all others: an address.
    pub(super) id: String,
    /// What it is called.
    pub(super) title: String,
    /// When it came.
    pub(super) published_ms: i64,
    /// When it changed last.
    pub(super) updated_ms: i64,
    /// Who made it.
    pub(super) author: String,
    /// The page about it.
    pub(super) page: String,
    /// Content type and address of each file that belongs to it.
    pub(super) enclosures: Vec<(&'static str, String)>,
    /// A sentence about it.
    pub(super) summary: String,
}

/// The feed as a response.
pub(super) fn answer(app: &App, headers: &HeaderMap, feed: &Feed) -> Result<Response, ApiError> {
    let xml = write(app, feed).map_err(anyhow::Error::from)?;
    let tag = format!("\"{}\"", &blake3::hash(&xml).to_hex()[..32]);
    let mut response = if tag_is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        xml.into_response()
    };
    let said = [
        (header::CONTENT_TYPE, format!("{ATOM}; charset=utf-8")),
        (header::CACHE_CONTROL, "public, max-age=300".to_owned()),
        (header::ETAG, tag),
        (header::LAST_MODIFIED, http_date(feed.updated_ms)),
    ];
    for (name, value) in said {
        let value = HeaderValue::from_str(&value).map_err(anyhow::Error::from)?;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

fn write(app: &App, feed: &Feed) -> std::io::Result<Vec<u8>> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let root = xml.create_element("feed");
    root.with_attribute(("xmlns", "http://www.w3.org/2005/Atom"))
        .write_inner_content(|xml| {
            let own = app.public_address(&feed.path);
            text(xml, "id", &own)?;
            text(xml, "title", &feed.title)?;
            text(xml, "updated", &rfc3339(feed.updated_ms))?;
            link(xml, &[("rel", "self"), ("type", ATOM), ("href", &own)])?;
            let page = app.public_address(&feed.page);
            link(
                xml,
                &[("rel", "alternate"), ("type", "text/html"), ("href", &page)],
            )?;
            feed.entries.iter().try_for_each(|one| entry(xml, one))
        })?;
    Ok(xml.into_inner())
}

fn entry(xml: &mut Writer<Vec<u8>>, entry: &Entry) -> std::io::Result<()> {
    xml.create_element("entry").write_inner_content(|xml| {
        text(xml, "id", &entry.id)?;
        text(xml, "title", &entry.title)?;
        text(xml, "published", &rfc3339(entry.published_ms))?;
        text(xml, "updated", &rfc3339(entry.updated_ms))?;
        xml.create_element("author")
            .write_inner_content(|xml| text(xml, "name", &entry.author))?;
        link(
            xml,
            &[
                ("rel", "alternate"),
                ("type", "text/html"),
                ("href", &entry.page),
            ],
        )?;
        for (kind, file) in &entry.enclosures {
            link(xml, &[("rel", "enclosure"), ("type", kind), ("href", file)])?;
        }
        text(xml, "summary", &entry.summary)
    })?;
    Ok(())
}

fn text(xml: &mut Writer<Vec<u8>>, name: &str, value: &str) -> std::io::Result<()> {
    // What XML cannot hold at all, titles should not have either.
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    xml.create_element(name)
        .write_text_content(BytesText::new(&value))?;
    Ok(())
}

fn link(xml: &mut Writer<Vec<u8>>, attributes: &[(&str, &str)]) -> std::io::Result<()> {
    let link = xml.create_element("link");
    link.with_attributes(attributes.iter().copied())
        .write_empty()?;
    Ok(())
}
