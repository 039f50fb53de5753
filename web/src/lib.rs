//! The website: templates, views and static files.
//!
//! Everything a browser sees is made here, and nothing is known here of where it comes from: the
//! coordinator fills plain view structs ([`views`]), this crate turns them into HTML, and
//! [`assets`] holds the style sheets, scripts and pictures that the pages name.
//!
//! ```text
//! coordinator: rows -> views::HomePage { .. } -> views::render -> HTML
//! coordinator: GET /static/{hash}/{name} -> assets::asset("{hash}/{name}") -> bytes
//! ```
//!
//! # Promises
//!
//! * Every page works without JavaScript; scripts (`static/*.js`) only make it quicker or calmer.
//! * Nothing is fetched from anybody else, and no page has an inline script or style:
//!   [`CONTENT_SECURITY_POLICY`] can be sent with every page.
//! * Text from outside is escaped by the templates; ids are checked types of the protocol.
//! * No clock, no files, no database: a page is a pure function of its view.

pub mod assets;
pub mod views;
mod words;

/// The `Content-Security-Policy` that every page is written for: only this origin, nothing inline.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

/// The policy of what stands in other websites' frames: as [`CONTENT_SECURITY_POLICY`], but for `frame-ancestors`.
pub const EMBED_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     media-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *";
