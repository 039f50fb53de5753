//! A sheep in somebody else's page: nothing but its picture, its name and the way back.

use askama::Template;

use super::{Error, SheepCard};

/// A sheep in a frame.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "embed.html")]
pub struct EmbedPage {
    /// The sheep.
    pub sheep: SheepCard,
    /// The website's address, without a slash at the end.
    pub address: String,
}

/// What is in the frame as HTML, to be sent with [`EMBED_SECURITY_POLICY`](crate::EMBED_SECURITY_POLICY).
///
/// # Errors
///
/// As [`render`](super::render).
pub fn render_embed(page: &EmbedPage) -> Result<String, Error> {
    page.render()
}
