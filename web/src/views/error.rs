//! A refusal, for people.

use askama::Template;

use super::{Nav, Page};

/// Something did not work.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// HTTP status.
    pub status: u16,
    /// What it means, in a few words.
    pub title: String,
    /// What happened this time, in a sentence.
    pub detail: String,
}

impl Page for ErrorPage {
    fn here(&self) -> Nav {
        Nav::Elsewhere
    }
}
